import type { InstanceView } from '@engine/view/instance-view';
import { capital } from '../../ui/format';
import type { OpenReason } from './reasons';
import { untilText } from './reasons';
import type { StepFacts } from './step-facts';

/** The one thing that matters now. */
export interface BannerText {
  readonly state: string;
  /** Named in bold. */
  readonly step?: string;
  readonly text: string;
  readonly code?: string;
  /** What the clock will do: `gives up in 12 s`. */
  readonly until?: string | undefined;
}

export interface BannerFacts {
  readonly view: InstanceView;
  /** Most telling first. */
  readonly reasons: readonly OpenReason[];
  readonly factsAt: (path: string) => StepFacts | undefined;
  /** Epoch ms. */
  readonly now: number;
}

/** A queued step is worth a word only when it has waited this long. */
const patienceMs = 3_000;
const stateOfReason: Readonly<Record<string, string>> = {
  ask: 'asking',
  retry: 'retrying',
  paused: 'paused',
  no_worker: 'failed',
};
const silent: ReadonlySet<string> = new Set(['running', 'cancelling', 'compensating', 'emit']);
const queued: ReadonlySet<string> = new Set(['sent', 'queued', 'no_worker']);

export const bannerOf = (facts: BannerFacts): BannerText | undefined => endBanner(facts) ?? reasonBanner(facts);

function endBanner({ view, factsAt }: BannerFacts): BannerText | undefined {
  const { error, reason, status } = view;
  if (status === 'cancelling') return { state: status, text: $localize`Stopping: open steps are being cancelled.` };
  if (status === 'compensating' || status === 'compensation_failed') return undoBanner(view);
  if (status === 'cancelled') {
    return { state: status, text: reason ? $localize`Cancelled: ${reason}:reason:` : $localize`Cancelled.` };
  }
  if (error === undefined) return undefined;
  const step = error.path === undefined ? undefined : factsAt(error.path);
  const text = step ? `${triesText(step)}: ${error.message}` : error.message;
  return { state: status, code: error.code, text, ...(step && { step: step.path }) };
}

function undoBanner({ status, compensation, steps, error }: InstanceView): BannerText {
  const paths = compensation?.paths ?? [];
  const undone = paths.filter((path) => steps.get(path)?.status === 'compensated').length;
  const failure = compensation?.failures[0];
  const text =
    status === 'compensating'
      ? $localize`Undoing what was done: ${undone}:undone: of ${paths.length}:all: steps undone.`
      : $localize`could not be undone: ${failure?.message ?? ''}:message:`;
  const code = status === 'compensating' ? error?.code : failure?.code;
  return { state: status, text, ...(code && { code }), ...(failure && { step: failure.path }) };
}

function reasonBanner(facts: BannerFacts): BannerText | undefined {
  const first = facts.reasons.find((reason) => isWorthAWord(reason, facts));
  if (first === undefined) return undefined;
  const { path, reason, text } = first;
  const step = facts.factsAt(path);
  const said = reason === 'retry' && step ? retryText(step) : { text: path === '' ? capital(text) : text };
  return {
    state: stateOfReason[reason] ?? 'waiting',
    ...(path !== '' && { step: path }),
    ...said,
    until: untilText(first, facts.now),
  };
}

function isWorthAWord({ path, reason }: OpenReason, { reasons, factsAt, now }: BannerFacts): boolean {
  if (silent.has(reason)) return false;
  if (!queued.has(reason)) return true;
  const isMoving = reason !== 'no_worker' && reasons.some((other) => other.reason === 'running');
  return !isMoving && now - (factsAt(path)?.scheduledAt ?? now) > patienceMs;
}

function retryText(step: StepFacts): Pick<BannerText, 'text' | 'code'> {
  const { error } = step;
  return error ? { text: `${triesText(step)}: ${error.message}`, code: error.code } : { text: triesText(step) };
}

const triesText = (step: StepFacts): string =>
  step.attempt > 0 && step.maxAttempts > 1
    ? $localize`failed ${step.attempt}:attempt: of ${step.maxAttempts}:attempts:`
    : $localize`failed`;
