import type { StepFacts } from './step-facts';

/** A stretch of an attempt on the time axis; shares of the whole in [0, 1]. */
export interface Segment {
  readonly kind: 'queued' | 'running' | 'waiting' | 'backoff';
  /** A key of `stateLooks`. */
  readonly state: string;
  readonly start: number;
  readonly width: number;
}

export interface Axis {
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
}

/** From the first thing scheduled to the end, or to now and a little more while it runs. */
export function axisOf(startedAt: number, endedAt: number | undefined, now: number): Axis {
  const to = endedAt ?? now + Math.max(500, (now - startedAt) * 0.05);
  return { from: startedAt, to: Math.max(to, startedAt + 100) };
}

/** What to draw in the row of a step. */
export function segmentsOf(step: StepFacts, axis: Axis, now: number): Segment[] {
  const segments: Segment[] = [];
  const add = (kind: Segment['kind'], state: string, from: number, to: number): void => {
    const start = share(from, axis);
    segments.push({ kind, state, start, width: Math.max(0.002, share(to, axis) - start) });
  };
  step.attempts.forEach((attempt, index) => {
    if (step.type === 'workflow')
      return add(
        'waiting',
        attempt.endedAt === undefined ? step.look : attempt.status,
        attempt.scheduledAt,
        attempt.endedAt ?? now,
      );
    const began = attempt.startedAt ?? (attempt.endedAt === undefined ? undefined : attempt.scheduledAt);
    add('queued', 'queued', attempt.scheduledAt, began ?? now);
    if (began !== undefined)
      add('running', attempt.endedAt === undefined ? 'running' : attempt.status, began, attempt.endedAt ?? now);
    const next =
      step.attempts[index + 1]?.scheduledAt ?? (step.state === 'retrying' ? Math.min(step.dueAt ?? now, axis.to) : undefined);
    if (attempt.endedAt !== undefined && next !== undefined) add('backoff', 'retrying', attempt.endedAt, next);
  });
  if (step.attempts.length === 0) addWhole(step, now, add);
  const { undo } = step;
  if (undo?.scheduledAt !== undefined) add('running', 'compensating', undo.scheduledAt, undo.endedAt ?? now);
  return segments;
}

/** Waits and blocks have no attempts: they last from being entered to their end. */
function addWhole(
  step: StepFacts,
  now: number,
  add: (kind: Segment['kind'], state: string, from: number, to: number) => void,
): void {
  const to = step.endedAt ?? now;
  const from = step.startedAt ?? step.endedAt;
  if (from === undefined || step.state === 'blocked') return;
  add((step.isBlock && step.state !== 'waiting') || step.startedAt === undefined ? 'running' : 'waiting', step.look, from, to);
}

const share = (at: number, { from, to }: Axis): number => Math.min(1, Math.max(0, (at - from) / (to - from)));

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
/** Steps that people count in; below a second, and beyond days, decimal ones. */
const roundSteps = [...[1, 2, 5, 10, 20, 30].map((n) => n * second), ...[1, 2, 5, 10, 20, 30].map((n) => n * minute), ...[1, 2, 4, 6, 12, 24].map((n) => n * hour)]; // prettier-ignore

/** Times to write on the axis, at most five, at round steps. Each as ms after its start. */
export function axisMarks({ from, to }: Axis): number[] {
  const span = to - from;
  const rough = span / 4;
  const step = rough > second ? roundSteps.find((size) => size >= rough) : undefined;
  const size = step ?? decimalStep(rough);
  return Array.from({ length: Math.floor(span / size) + 1 }, (_, index) => index * size);
}

function decimalStep(rough: number): number {
  const unit = rough > second ? 24 * hour : 1;
  const power = 10 ** Math.floor(Math.log10(rough / unit));
  return unit * ([1, 2, 5, 10].map((factor) => factor * power).find((size) => size * unit >= rough) ?? power);
}
