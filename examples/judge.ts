import { canonicalJson, type InstanceStatus, type Json } from '#libs/engine';
import type { Expected } from './scenarios.js';

/** How an instance ended, and what is recorded of it. */
export interface Ended {
  readonly status: InstanceStatus;
  readonly output?: Json;
  readonly error?: { readonly code: string } | null;
  /** Its audit events in order. */
  readonly history: readonly Recorded[];
}

export interface Recorded {
  readonly type: string;
  readonly path?: string | null;
}

/** Compares how a scenario ended with what was expected of it. @returns what differs, in words; [] = nothing */
export function differences(expected: Expected, { status, output, error, history }: Ended): string[] {
  const { attempts = {}, undone, atOnce } = expected;
  const compared: [what: string, expected: unknown, found: unknown][] = [
    ['status', expected.status, status],
    ['error', expected.errorCode, error?.code],
    ...Object.entries(attempts).map(([path, count]): [string, unknown, unknown] => [
      `attempts of ${path}`,
      count,
      history.filter((event) => event.path === path && event.type === 'stepScheduled').length,
    ]),
  ];
  if (expected.output !== undefined) compared.push(['output', expected.output, output]);
  if (undone !== undefined) compared.push(['undone', undone, undoneIn(history)]);
  if (atOnce !== undefined) compared.push(['steps at the same time', atOnce, mostAtOnce(history)]);
  return compared
    .map(([what, wanted, found]) => [what, canonicalJson(wanted), canonicalJson(found)] as const)
    .filter(([, wanted, found]) => wanted !== found)
    .map(([what, wanted, found]) => `expected ${what} ${wanted}, but was ${found}`);
}

/** The undoing of a step is recorded at a path of its own inside it. */
function undoneIn(history: readonly Recorded[]): string[] {
  const end = '/~undo';
  return history.flatMap(({ type, path }) =>
    type === 'stepCompleted' && path?.endsWith(end) ? [path.slice(0, -end.length)] : [],
  );
}

const ends = new Set(['stepCompleted', 'stepFailed', 'stepRetryScheduled', 'stepCancelled']);

/** Attempts that were out with workers, where most were. */
function mostAtOnce(history: readonly Recorded[]): number {
  const open = new Set<string>();
  let most = 0;
  for (const { type, path } of history) {
    if (!path) continue;
    if (type === 'stepScheduled') most = Math.max(most, open.add(path).size);
    else if (ends.has(type)) open.delete(path);
  }
  return most;
}
