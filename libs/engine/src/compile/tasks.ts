import { nearest } from '../expressions/nearest.js';
import { pointer } from '../json/bounds.js';
import type { StepDraft } from './draft.js';
import type { ProblemList } from './problem-list.js';

/** The task of a step, when it is written literally. */
function literalTask(draft: StepDraft): string | undefined {
  const task = draft.fixed.task;
  return task?.isLiteral ? (task.evaluate({}) as string) : undefined;
}

/** Tasks that a definition names literally: sorted, each once. */
export function literalTasks(drafts: readonly StepDraft[]): string[] {
  const tasks = drafts.map(literalTask).filter((task) => task !== undefined);
  return [...new Set(tasks)].sort();
}

/** Warns of tasks that no live worker serves, once a task. */
export function checkTasks(drafts: readonly StepDraft[], knownTasks: Iterable<string> | undefined, problems: ProblemList): void {
  if (knownTasks === undefined) return;
  const known = new Set(knownTasks);
  const told = new Set<string>();
  for (const draft of drafts) {
    const task = literalTask(draft);
    if (task === undefined || known.has(task) || told.has(task)) continue;
    told.add(task);
    const near = nearest(task, known);
    const hint = near === undefined ? 'Start a worker that handles it: until then its steps wait' : `Did you mean "${near}"?`;
    problems.warning(
      'TASK_NOT_SERVED',
      pointer(draft.path, 'task'),
      `expected a task that a live worker serves, but none serves "${task}"`,
      hint,
    );
  }
}
