import type { LogLine } from '#libs/contracts';
import { type InstanceId, storable } from '#libs/engine';
import type { LogRow } from '#libs/persistence';

/** What came with a message about an attempt: lines its handler logged. */
export interface StepLogs {
  readonly path: string;
  readonly token: number;
  readonly attempt: number;
  readonly lines: readonly LogLine[];
}

/** A worker of ours sends less; another must not fill the table either. */
const linesAtOnce = 4_096;
const charactersAtMost = 8_192;

/** The logs of an item of the partition queue, if it brought any. */
export function logsOf(item: { path: string; token: number; attempt?: number; logs?: readonly LogLine[] }): StepLogs | undefined {
  const { path, token, attempt = 1, logs: lines = [] } = item;
  return lines.length === 0 ? undefined : { path, token, attempt, lines };
}

/** Rows to be written with the batch; whatever a worker sent, they can be. */
export function logRows(instanceId: InstanceId, { path, token, attempt, lines }: StepLogs): LogRow[] {
  return lines.slice(0, linesAtOnce).map(({ no, at, level, text }) => ({
    instanceId,
    token,
    no,
    path,
    attempt,
    at: Math.trunc(storableTime(at)),
    level,
    text: storable(text.slice(0, charactersAtMost)).value as string,
  }));
}

/** The latest a `Date` can show. */
const latest = 8_640_000_000_000_000;
const storableTime = (at: number): number => Math.min(Math.max(at, 0), latest);
