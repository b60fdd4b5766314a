import type { Task } from '#libs/contracts';
import type { LaneRow } from '#libs/persistence';
import { toTaskSettings } from '../lanes/present-lane.js';
import type { QueueBoard, TaskFigures } from './queue-board.js';

/** Tasks that live workers serve, and those for which something is set. */
export function taskList(served: readonly TaskFigures[], rows: ReadonlyMap<string, LaneRow>, board: QueueBoard): Task[] {
  const figures = new Map(served.map((one) => [one.task, one]));
  for (const { scope, name } of rows.values())
    if (scope === 'task' && !figures.has(name)) figures.set(name, { task: name, queues: [], workers: 0, slots: 0, meanMs: null });
  return [...figures.values()]
    .sort((a, b) => (a.task < b.task ? -1 : 1))
    .map((one) => {
      const row = rows.get(`task ${one.task}`);
      const settings = row ? toTaskSettings(row) : null;
      return { ...one, settings, inUse: board.inUse('task', one.task), limit: row?.concurrency ?? null };
    });
}
