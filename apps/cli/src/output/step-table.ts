import type { StepSummary } from '#libs/contracts';
import { statusText, type Colours } from './status.js';
import { table } from './table.js';
import { cut, plain } from './text.js';
import { elapsed } from './times.js';
import { timeLeft } from './waits.js';

/** What the table needs of a step; REST and live views both have it. */
export type StepRow = Pick<
  StepSummary,
  'path' | 'status' | 'attempt' | 'maxAttempts' | 'worker' | 'startedAt' | 'endedAt' | 'scheduledAt'
> & {
  readonly title?: string | null;
  readonly task?: string | null;
  readonly reasonText?: string | null;
  /** When time alone moves it on, ISO 8601. */
  readonly dueAt?: string | null;
  readonly error?: { readonly code: string; readonly message: string } | null;
};

export function stepTable(steps: readonly StepRow[], nowMs: number, colours: Colours): string {
  const rows = steps.map((step) => [
    cut(plain(step.path), 40),
    statusText(step.status, colours),
    step.attempt === 0 ? '–' : `${step.attempt}/${step.maxAttempts}`,
    elapsed(step.startedAt ?? (step.endedAt === null ? null : step.scheduledAt), step.endedAt, nowMs),
    cut(plain(step.worker ?? ''), 24),
    cut(plain(remark(step, nowMs)), 60),
  ]);
  return table(['step', 'status', 'attempt', 'took', 'worker', ''], rows, colours);
}

function remark({ status, error, reasonText, title, dueAt }: StepRow, nowMs: number): string {
  if (error && status !== 'completed' && status !== 'retrying') return `${error.code}: ${error.message}`;
  return reasonText ? `${reasonText}${timeLeft(dueAt, nowMs)}` : (title ?? '');
}
