import type { Failure } from '../../model/failure.js';
import type { Site } from '../../state/site.js';
import { undoablePaths } from '../../state/undo-run.js';
import type { Draft } from '../draft.js';

/**
 * A handler with `compensate: true` takes over: what the body completed is undone first.
 * @returns true when that has begun; the try is looked at again when it is done
 */
export function beginBodyUndo(draft: Draft, { path }: Site): boolean {
  if (draft.state.step(path).block!.undoing !== undefined) return false;
  const paths = undoablePaths(draft.state, `${path}/body`);
  if (paths.length === 0) return false;
  draft.emit('blockCompensating', { paths }, path);
  return true;
}

/** Why the handler cannot take over: something of the body could not be undone. */
export function bodyUndoFailure(draft: Draft, { path }: Site): Failure | undefined {
  const failures = draft.state.step(path).block!.undoing?.failures ?? [];
  const first = failures[0];
  if (first === undefined) return undefined;
  const message = `"${first.path}" could not be undone: ${first.message}`;
  return { code: 'COMPENSATION_FAILED', message, details: { failures: failures.map((one) => ({ ...one })) }, retryable: false };
}
