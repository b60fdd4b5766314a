import type { UndoRun } from '../../state/block-state.js';
import { undoPathOf, undoStage } from '../../state/undo-run.js';
import type { Draft } from '../draft.js';

/** Begins what can begin: the next one, or with `parallel` as many as the budget allows. @returns how many began */
export function startUndos(draft: Draft, run: () => UndoRun, budget: number): number {
  let begun = 0;
  for (let now = run(); begun < budget && undoStage(now) === 'start'; now = run()) {
    startUndo(draft, now.paths[now.begun]!);
    begun += 1;
  }
  return begun;
}

/** From here on it is a task step like any other, at `<path>/~undo`, with its own attempts; or a child that undoes itself. */
function startUndo(draft: Draft, path: string): void {
  const { plan } = draft.state.undo.get(path)!;
  if ('childId' in plan) return draft.emit('childCompensating', { childId: plan.childId }, path);
  const undoPath = undoPathOf(path);
  if ('failure' in plan) return draft.emit('stepFailed', { failure: plan.failure }, undoPath);
  const { task, queue, priority, input, queueTimeoutMs, totalTimeoutMs, timeoutMs, heartbeatMs } = plan;
  draft.emit(
    'stepScheduled',
    {
      task,
      queue,
      priority,
      input,
      incarnation: draft.context.admit(queue, task),
      queueTimeoutAt: queueTimeoutMs === undefined ? undefined : draft.nowMs + queueTimeoutMs,
      totalTimeoutAt: totalTimeoutMs === undefined ? undefined : draft.nowMs + totalTimeoutMs,
      timeoutMs,
      heartbeatMs,
    },
    undoPath,
    draft.state.step(undoPath).attempt + 1,
  );
}
