import type { Plan } from '../model/plan.js';
import type { InstanceState } from './instance-state.js';
import type { UndoRun } from './block-state.js';
import { surroundings } from './scopes.js';
import { scopePathOf, UNDO_ID } from './site.js';

/** The step that undoes `path`, and back. */
export const undoPathOf = (path: string): string => `${path}/${UNDO_ID}`;
export const undonePathOf = (undoPath: string): string => undoPath.slice(0, -UNDO_ID.length - 1);
export const isUndoPath = (path: string): boolean => path.endsWith(`/${UNDO_ID}`);

/** start: the next one (with `parallel`: each) can begin · wait: for what is open · done: nothing more will begin */
export function undoStage({ paths, order, stopsOnFailure, begun, ended, failures }: UndoRun): 'start' | 'wait' | 'done' {
  const mayStart = begun < paths.length && !(stopsOnFailure && failures.length > 0);
  if (mayStart && (order === 'parallel' || begun === ended)) return 'start';
  return begun > ended ? 'wait' : 'done';
}

/** What can be undone in the list at `scopePath` and all inside ('': everywhere), newest first. */
export function undoablePaths(state: InstanceState, scopePath = ''): string[] {
  const paths: string[] = [];
  const prefix = scopePath === '' ? '' : `${scopePath}/`;
  for (const path of state.undo.keys()) if (path.startsWith(prefix)) paths.push(path);
  return paths.sort((a, b) => state.undo.get(b)!.seq - state.undo.get(a)!.seq);
}

/** Who undoes `path` now: the try around it that hands over to its handler (its path), or the instance (''). */
export function undoerOf(plan: Plan, state: InstanceState, path: string): string {
  if (state.undone !== undefined) return '';
  for (const { owner } of surroundings(plan, scopePathOf(path)))
    if (owner && state.open.get(owner.path) && state.step(owner.path).block?.undoing !== undefined) return owner.path;
  throw new RangeError(`expected somebody to undo "${path}" of ${state.id}`);
}
