import { createHash } from 'node:crypto';
import { validate, version, v7 as uuidv7 } from 'uuid';
import type { InstanceId } from '#libs/engine';

const dayMs = 86_400_000;

/** Epoch ms in a UUIDv7. */
export const timeOf = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

/**
 * Judges a client's own id.
 * @returns the id as stored (lower case), or what is wrong with it
 */
export function judgeOwnId(id: string, nowMs: number): { readonly id: InstanceId } | { readonly wrong: string } {
  if (!validate(id) || version(id) !== 7) return { wrong: `expected a UUIDv7, but was ${JSON.stringify(id.slice(0, 60))}` };
  const apartMs = Math.abs(timeOf(id) - nowMs);
  if (apartMs > dayMs)
    return { wrong: `expected a UUIDv7 of within a day of now, but its time is ${Math.round(apartMs / dayMs)} days away` };
  return { id: id.toLowerCase() as InstanceId };
}

/**
 * Ids for what one request starts. With a subject (minted once for an Idempotency-Key) they are always the same, so that a retry
 * after a crash asks for the same instances; without one they are new.
 */
export function startIds(subject?: string): (index: number) => InstanceId {
  if (subject === undefined) return () => uuidv7() as InstanceId;
  return (index) => (index === 0 ? (subject as InstanceId) : siblingOf(subject, index));
}

/** The same moment, other random bits; they come from SHA-256 of subject and index. */
function siblingOf(subject: string, index: number): InstanceId {
  const hash = createHash('sha256').update(`${subject} ${index}`).digest('hex');
  const variant = ((Number.parseInt(hash.slice(3, 4), 16) & 0x3) | 0x8).toString(16);
  return `${subject.slice(0, 14)}7${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(7, 19)}` as InstanceId;
}
