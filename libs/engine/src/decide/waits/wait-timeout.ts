import { type At, evaluateDuration } from '../evaluation.js';
import type { Draft } from '../draft.js';

/** When a wait that begins now times out: from entering, LANGUAGE §4. */
export function timeoutOf(draft: Draft, at: At): number | undefined {
  const { timeout } = at.site!.step;
  return timeout === undefined ? undefined : draft.nowMs + evaluateDuration(draft, timeout, at);
}
