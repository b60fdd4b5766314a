import type { InstanceView } from '@engine/view/instance-view';
import { isOpen, type StepFacts } from './step-facts';

/** The one thing that matters now. `until` is for a countdown. */
export interface BannerText {
  readonly state: string;
  /** Named in bold. */
  readonly step?: string;
  readonly text: string;
  readonly code?: string;
  /** Epoch ms. */
  readonly until?: number;
}

/** A queued step is worth a word only when it has waited this long. */
const patienceMs = 3_000;

export function bannerOf(view: InstanceView, steps: readonly StepFacts[], now: number): BannerText | undefined {
  return endBanner(view, steps) ?? retryBanner(steps) ?? queueBanner(steps, now);
}

function endBanner(view: InstanceView, steps: readonly StepFacts[]): BannerText | undefined {
  const { error, reason } = view;
  if (view.status === 'cancelling') return { state: 'cancelling', text: $localize`Cancelling: open steps are being stopped.` };
  if (view.status === 'cancelled') {
    return { state: 'cancelled', text: reason ? $localize`Cancelled: ${reason}:reason:` : $localize`Cancelled.` };
  }
  if (error === undefined) return undefined;
  const step = steps.find(({ path }) => path === error.path);
  const tries =
    step && step.attempt > 0 ? $localize`failed ${step.attempt}:attempt: of ${step.maxAttempts}:attempts:` : $localize`failed`;
  const text = step ? `${tries}: ${error.message}` : error.message;
  return { state: view.status, code: error.code, text, ...(step && { step: step.path }) };
}

function retryBanner(steps: readonly StepFacts[]): BannerText | undefined {
  const step = steps.filter(({ state }) => state === 'retrying').sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))[0];
  if (!step) return undefined;
  const tries = $localize`failed ${step.attempt}:attempt: of ${step.maxAttempts}:attempts:`;
  return {
    state: 'retrying',
    step: step.path,
    text: step.error ? `${tries}: ${step.error.message}` : tries,
    ...(step.error && { code: step.error.code }),
    ...(step.dueAt !== undefined && { until: step.dueAt }),
  };
}

function queueBanner(steps: readonly StepFacts[], now: number): BannerText | undefined {
  if (steps.some(({ state }) => state === 'running')) return undefined;
  const step = steps.find((open) => isOpen(open) && now - (open.scheduledAt ?? now) > patienceMs);
  if (!step?.reasonText) return undefined;
  return { state: 'waiting', step: step.path, text: step.reasonText };
}
