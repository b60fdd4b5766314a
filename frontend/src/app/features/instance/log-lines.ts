import type { StepLog } from '@contracts/rest/logs';

export const levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof levels)[number];

/** Lines read so far. */
export interface Log {
  readonly lines: readonly StepLog[];
  /** Id of the last one that was read. */
  readonly after: number;
  /** Earlier lines were let go. */
  readonly isCut: boolean;
}

export const emptyLog: Log = { lines: [], after: 0, isCut: false };
/** More are not kept on a page: the last ones tell most. */
const maxLines = 5_000;

export function takeLines(log: Log, news: readonly StepLog[]): Log {
  const fresh = news.filter(({ id }) => id > log.after);
  if (fresh.length === 0) return log;
  const lines = [...log.lines, ...fresh];
  return { lines: lines.slice(-maxLines), after: fresh.at(-1)!.id, isCut: log.isCut || lines.length > maxLines };
}

/** Lines of this level or a graver one that hold `text`. */
export function filterLines(lines: readonly StepLog[], level: LogLevel, text: string): readonly StepLog[] {
  const wanted = text.trim().toLowerCase();
  const least = levels.indexOf(level);
  if (least === 0 && wanted === '') return lines;
  return lines.filter(
    (line) => levels.indexOf(line.level) >= least && `${line.path} ${line.text}`.toLowerCase().includes(wanted),
  );
}
