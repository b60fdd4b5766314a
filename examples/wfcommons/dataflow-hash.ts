import { createHash } from 'node:crypto';
import { leavesOf, type WfRecording } from './wf-format.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What a task of a recording returns: it can only be right when all its parents ran before it, and once each counted. */
export const taskHash = (id: string, parents: readonly string[]): string => sha256(`${id}|${[...parents].sort().join(',')}`);

/** One hash for a whole run, from what its last tasks returned, in any order. */
export const hashOfLeaves = (outputs: readonly string[]): string => sha256([...outputs].sort().join(','));

/** What a run of the recording must come to, computed here, without any workflow engine. @throws Error on a cycle */
export function dataflowHash(recording: WfRecording): string {
  const byId = new Map(recording.tasks.map((task) => [task.id, task]));
  const outputs = new Map<string, string>();
  const waiting = new Map(recording.tasks.map((task) => [task.id, task.parents.length]));
  const children = new Map<string, string[]>();
  for (const { id, parents } of recording.tasks) {
    for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), id]);
  }
  const ready = recording.tasks.filter((task) => task.parents.length === 0).map((task) => task.id);
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    const parents = byId.get(id)?.parents ?? [];
    outputs.set(
      id,
      taskHash(
        id,
        parents.map((parent) => outputs.get(parent) ?? ''),
      ),
    );
    for (const child of children.get(id) ?? []) {
      const left = (waiting.get(child) ?? 0) - 1;
      waiting.set(child, left);
      if (left === 0) ready.push(child);
    }
  }
  if (outputs.size < byId.size) throw new Error(`expected no cycle, but ${byId.size - outputs.size} tasks wait for each other`);
  return hashOfLeaves(leavesOf(recording).map((task) => outputs.get(task.id) ?? ''));
}
