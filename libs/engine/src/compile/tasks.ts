import { nearest } from '../expressions/nearest.js';
import type { Template } from '../expressions/template.js';
import { pointer } from '../json/bounds.js';
import { draftsIn, type ScopeDraft } from './draft.js';
import type { ProblemList } from './problem-list.js';

interface NamedTask {
  readonly task: string;
  /** JSON Pointer of the name. */
  readonly path: string;
}

export const literalText = (template: Template | undefined): string | undefined =>
  template?.isLiteral ? (template.evaluate({}) as string) : undefined;

/** Tasks that a definition names literally, wherever they stand, and those of compensations. */
function* namedTasks(top: ScopeDraft): Generator<NamedTask> {
  for (const { fixed, path } of draftsIn(top)) {
    const task = literalText(fixed.task);
    if (task !== undefined) yield { task, path: pointer(path, 'task') };
    const undo = literalText(fixed.undo?.task);
    if (undo !== undefined) yield { task: undo, path: pointer(pointer(path, 'compensate'), 'task') };
  }
}

/** Sorted, each once. */
export const literalTasks = (top: ScopeDraft): string[] => [...new Set([...namedTasks(top)].map(({ task }) => task))].sort();

/** Warns of tasks that no live worker serves, once a task. */
export function checkTasks(top: ScopeDraft, knownTasks: Iterable<string> | undefined, problems: ProblemList): void {
  if (knownTasks === undefined) return;
  const known = new Set(knownTasks);
  const told = new Set<string>();
  for (const { task, path } of namedTasks(top)) {
    if (known.has(task) || told.has(task)) continue;
    told.add(task);
    problems.warning('TASK_NOT_SERVED', path, `expected a task that a live worker serves, but none serves "${task}"`, () => {
      const near = nearest(task, known);
      return near === undefined ? 'Start a worker that handles it: until then its steps wait' : `Did you mean "${near}"?`;
    });
  }
}
