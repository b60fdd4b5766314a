import type { InstanceId } from '#libs/engine';

const LENGTH = 32;

const uuidOf = (hex: string): InstanceId =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as InstanceId;

/** Lowest UUIDv7 of a moment (epoch ms): ids at or above it were made at that moment or later. */
export const lowestIdAt = (ms: number): InstanceId =>
  uuidOf(Math.max(0, Math.trunc(ms)).toString(16).padStart(12, '0').slice(-12).padEnd(LENGTH, '0'));

/** Lowest and highest id that begin with these hex digits (dashes ignored); undefined when they are no beginning of a UUID. */
export function prefixBounds(prefix: string): { low: InstanceId; high: InstanceId } | undefined {
  const hex = prefix.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{0,32}$/.test(hex)) return undefined;
  return { low: uuidOf(hex.padEnd(LENGTH, '0')), high: uuidOf(hex.padEnd(LENGTH, 'f')) };
}
