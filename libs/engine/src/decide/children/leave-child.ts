import type { Site } from '../../state/site.js';
import type { Abort } from '../cancel-step.js';
import type { Draft } from '../draft.js';

/**
 * Stops waiting for a child. One that is stopped with its parent is told so and waited for, whatever it still has to do: should it come
 * through all the same, it can be undone. With `onCancel: abandon` it is told and not waited for. One that is joined by its key, detached
 * or to be abandoned goes on.
 */
export function cancelChild(draft: Draft, site: Site, abort: Abort, act: { by?: string; reason?: string }): void {
  const { token, attempt, wait } = draft.state.step(site.path);
  const { step, path } = site;
  const goesOn = wait?.kind !== 'child' || wait.attached || wait.onParentClose === 'abandon' || step.workflow!.detached;
  if (goesOn) return draft.emit('stepCancelled', { token, ...act }, path, attempt);
  if (step.onCancel === 'abandon') return draft.emit('stepCancelled', { token, outcome: 'abandoned', ...act }, path, attempt);
  draft.emit('stepCancelling', { token: token!, abort }, path, attempt);
}
