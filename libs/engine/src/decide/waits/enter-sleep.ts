import type { Site } from '../../state/site.js';
import { completeStep } from '../complete-step.js';
import type { Draft } from '../draft.js';
import { evaluate, evaluateDuration } from '../evaluation.js';
import { timeOf } from './wait-values.js';

/** `for` counts from now and stands still while the instance is paused; `until` is a point in time. What is past is no wait at all. */
export function enterSleep(draft: Draft, site: Site, metBy: string[] | undefined): void {
  const { for: span, until } = site.step.sleep!;
  const at = { site, ...(metBy && { metBy }) };
  const dueAt = until ? timeOf(evaluate(draft, until, at), 'until') : draft.nowMs + evaluateDuration(draft, span!, at);
  if (dueAt <= draft.nowMs) return completeStep(draft, site, null, { needs: metBy });
  draft.emit('timerStarted', { dueAt, ...(until && { isAbsolute: true }), needs: metBy }, site.path);
}
