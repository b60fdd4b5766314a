import { EVENT_NAME_LENGTH } from '../../compile/vocabulary.js';
import type { Site } from '../../state/site.js';
import type { Draft } from '../draft.js';
import { evaluate } from '../evaluation.js';
import { takeKept } from './event-waits.js';
import { fireWaitTimeout } from './fire-wait.js';
import { timeoutOf } from './wait-timeout.js';
import { eventKeyOf, textsOf } from './wait-values.js';

/** With `early: keep` what has come before is taken first, the oldest first; then a time-out of `0s` passes at once. */
export function enterEvent(draft: Draft, site: Site, metBy: string[] | undefined): void {
  const { names, match, correlate, early } = site.step.event!;
  const at = { site, ...(metBy && { metBy }) };
  const awaited = [...new Set(textsOf(evaluate(draft, names, at), 'names', { longest: EVENT_NAME_LENGTH }))];
  const key = correlate && eventKeyOf(evaluate(draft, correlate, at), 'correlate');
  const timeoutAt = timeoutOf(draft, at);
  draft.emit('eventAwaited', { names: awaited, match, key, timeoutAt, needs: metBy }, site.path);
  if (early === 'keep') takeKept(draft, site);
  const isOpen = draft.state.step(site.path).status === 'waiting';
  if (isOpen && timeoutAt !== undefined && timeoutAt <= draft.nowMs) fireWaitTimeout(draft, site);
}
