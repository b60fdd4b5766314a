import { errorOf } from '../apply/scope-end.js';
import { mustStop } from '../apply/must-stop.js';
import { defaultOutput } from '../apply/default-output.js';
import { type ReadyEntry, peekReady } from '../state/ready-queue.js';
import { EVENTS_AT_MOST } from '../model/message.js';
import { isHeldBack } from '../state/held-back.js';
import { siteAt } from '../state/site.js';
import { look } from './blocks/look.js';
import { stopScope } from './cancel-step.js';
import { conclude } from './conclude.js';
import type { Draft } from './draft.js';
import { evaluate } from './evaluation.js';
import { expressionFailure } from './expression-failure.js';
import { fireClocks } from './fire-clocks.js';
import { askForLimit } from './limits/ask-limit.js';
import { startStep } from './start-step.js';
import { goOnUndoing, isUndoing } from './undo/undo-instance.js';

/** Steps decided in one slice; what is left makes the instance due again at once, so that a wide fan-out never holds up its neighbours. */
const sliceSize = 500;

/**
 * After a message: fire what is due, start what is ready, and end the instance when nothing is left. Stopping and ending cost nothing: whatever
 * the last decision of a slice brought about is done with it, for nothing would make the instance due again.
 */
export function settle(draft: Draft): void {
  let budget = draft.context.decisionsAtMost ?? sliceSize;
  stopWhatMust(draft); // first: a clock that is due starts nothing in what is being stopped
  for (;;) {
    budget -= fireClocks(draft, budget);
    endWhatIsTooLong(draft);
    askForLimit(draft);
    stopWhatMust(draft);
    const entry = isHeldBack(draft.state) ? undefined : peekReady(draft.state.ready);
    if (entry !== undefined) {
      if (budget === 0) return;
      decideReady(draft, entry);
      budget -= 1;
    } else if (isUndoing(draft)) {
      const begun = goOnUndoing(draft, budget);
      if (begun === 0) return;
      budget -= begun;
    } else if (!endIfQuiet(draft)) return;
  }
}

function decideReady(draft: Draft, { path }: ReadyEntry): void {
  if (path.endsWith('/')) {
    const scopePath = path.slice(0, -1);
    draft.emit('scopeStopped', { because: 'failure' }, scopePath);
    return stopScope(draft, scopePath);
  }
  const site = siteAt(draft.plan, path)!;
  if (draft.state.step(path).status === 'pending') startStep(draft, site);
  else look(draft, site);
}

/** A generation without an end (a loop gone wild) would at last be too long to be looked at: it ends while it can still be cleaned up. */
function endWhatIsTooLong(draft: Draft): void {
  const { state, context } = draft;
  const { eventsAtMost = EVENTS_AT_MOST } = context;
  if (state.seq - state.generationFrom < eventsAtMost || state.closing !== undefined || state.endedAt !== undefined) return;
  if (isUndoing(draft)) return;
  const message = `expected at most ${eventsAtMost} audit events in a generation; an endless workflow begins a new one with \`again\``;
  draft.emit('instanceClosing', { as: 'failed', error: { code: 'HISTORY_TOO_LONG', message } });
}

/** The document's own list with `failFast`; and what was open when the instance began to close. */
function stopWhatMust(draft: Draft): void {
  const { plan, state } = draft;
  if (state.closing === undefined && state.pausedAt === undefined && mustStop(state, plan.scope, ''))
    draft.emit('instanceClosing', { as: 'failed', error: errorOf(state, state.scope('').firstBad!) });
  if (state.closing === undefined || draft.hasStopped) return;
  if (!draft.events.some((event) => event.type === 'instanceClosing')) return;
  draft.hasStopped = true;
  stopScope(draft, '', state.closing.as === 'timed_out' ? 'timeout' : 'cancelled');
}

/** @returns true when the instance goes on with something new (`again`, compensation) */
function endIfQuiet(draft: Draft): boolean {
  const { plan, state } = draft;
  if (state.endedAt !== undefined) return false;
  if (state.closing !== undefined) return state.open.size === 0 && conclude(draft, state.closing);
  if (isHeldBack(state) || state.scopes.get('') === undefined) return false;
  const top = state.scope('');
  if (top.ended < plan.scope.steps.length) return false;
  if (top.bad > 0) return conclude(draft, { as: 'failed', error: errorOf(state, top.firstBad!) });
  try {
    const output = plan.output ? evaluate(draft, plan.output) : defaultOutput(state, plan.scope, '');
    return conclude(draft, { as: 'completed', output });
  } catch (error) {
    const { code, message } = expressionFailure(error);
    return conclude(draft, { as: 'failed', error: { code, message: `output: ${message}` } });
  }
}
