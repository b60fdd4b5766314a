import type { WaitView } from '@engine/view/instance-view';
import { formatCount, formatDuration, formatLeft, formatTicking } from '../../ui/format';
import { lookOf } from '../../ui/state';
import { isOpen, type StepFacts } from './step-facts';

/** The state in a word or three: `Retrying in 6 s`. @param now epoch ms */
export function stateText(step: StepFacts, now: number): string {
  if (step.state === 'retrying' && step.dueAt !== undefined && step.dueAt > now) {
    return $localize`Retrying in ${formatLeft(step.dueAt, now)}:span:`;
  }
  if (step.state === 'waiting' && step.wait) return waitWords(step.wait);
  if (step.reason?.reason === 'no_worker') return $localize`No worker`;
  if (step.state === 'blocked') return $localize`Upstream failed`;
  if (step.type === 'branch' && step.taken) {
    return step.taken.length === 0 ? $localize`No case fits` : $localize`Took ${step.taken.join(', ')}:cases:`;
  }
  return lookOf(step.state).word;
}

function waitWords(wait: WaitView): string {
  switch (wait.kind) {
    case 'timer':
      return $localize`Sleeping`;
    case 'event':
      return $localize`Event ${wait.names.filter((name) => !wait.taken.includes(name)).join(', ')}:names:`;
    case 'ask':
      return $localize`Asks ${wait.claimedBy ?? (wait.assignees.join(', ') || $localize`anybody`)}:people:`;
    case 'child':
      return $localize`Child ${wait.workflow}:workflow:`;
    case 'lock':
      return $localize`Lock ${wait.key}:key:`;
    case 'emit':
      return $localize`Sending`;
  }
}

/** The figure beside it: how far a block is, what is left of a wait, the attempt while that matters, else how long it takes or took. */
export function figureText(step: StepFacts, now: number): string {
  const tries = `${step.attempt}/${step.maxAttempts}`;
  if (step.isBlock && step.counts && step.counts.total > 0) return countsText(step);
  if (step.state === 'waiting') {
    const until = step.dueAt ?? step.timeoutAt;
    return until === undefined ? '' : formatLeft(until, now);
  }
  if (step.state === 'retrying' || step.state === 'failed') return step.attempt > 0 ? tries : '';
  if (step.state === 'running') {
    const elapsed = step.startedAt === undefined ? '' : formatTicking(Math.max(0, now - step.startedAt));
    return step.attempt > 1 ? `${tries} · ${elapsed}` : elapsed;
  }
  if (step.state === 'completed' && step.startedAt !== undefined && step.endedAt !== undefined) {
    return formatDuration(step.endedAt - step.startedAt);
  }
  return step.attempt > 1 && isOpen(step) ? tries : '';
}

/** `37 / 50` parts; rounds have no total. */
function countsText({ type, counts }: StepFacts): string {
  const { total, completed, failed, cancelled } = counts!;
  if (type === 'repeat') return $localize`round ${formatCount(total)}:number:`;
  return `${formatCount(completed + failed + cancelled)} / ${formatCount(total)}`;
}

/** Why it ended other than by itself: `When is false`, `By hand, ada: card was stolen`. */
export function becauseText({ because, by, why }: Pick<StepFacts, 'because' | 'by' | 'why'>): string | undefined {
  const who = [by, why].filter((part) => part !== undefined).join(': ');
  switch (because) {
    case 'when':
      return $localize`its condition (when) was false`;
    case 'runOn':
      return $localize`what it is for did not happen (runOn)`;
    case 'timeout':
      return $localize`its time ran out, and it has a value for that`;
    case 'hand':
      return who === '' ? $localize`by hand` : $localize`by hand, ${who}:who:`;
    default:
      return who === '' ? undefined : who;
  }
}
