/** The part of WfFormat 1.5 (https://wfcommons.org/format) that a conversion needs: which task waits for which. */
export interface WfTask {
  readonly id: string;
  readonly name: string;
  readonly parents: readonly string[];
}

export interface WfRecording {
  readonly name: string;
  readonly description?: string;
  /** In the order of the file. */
  readonly tasks: readonly WfTask[];
}

/** The file is not a recording that can be converted. */
export class WfFormatError extends Error {
  override readonly name = 'WfFormatError';
  readonly code = 'WF_FORMAT_INVALID';
}

interface RawTask {
  readonly id?: unknown;
  readonly name?: unknown;
  readonly parents?: unknown;
  readonly children?: unknown;
}

/** Reads the tasks of a WfFormat document; edges may be told by `parents`, by `children`, or by both. @throws WfFormatError */
export function readRecording(document: unknown): WfRecording {
  const { name, description, workflow } = document as { name?: string; description?: string; workflow?: unknown };
  const raw = (workflow as { specification?: { tasks?: unknown } } | undefined)?.specification?.tasks;
  if (!Array.isArray(raw)) throw new WfFormatError('expected WfFormat 1.5 with workflow.specification.tasks[], but found none');
  const tasks = raw as readonly RawTask[];
  const parents = new Map<string, Set<string>>();
  for (const task of tasks) {
    const id = textOf(task.id, 'a task id');
    if (parents.has(id)) throw new WfFormatError(`expected each task once, but found "${id}" twice`);
    parents.set(id, new Set(idsOf(task.parents, id)));
  }
  for (const task of tasks) {
    for (const child of idsOf(task.children, String(task.id))) known(parents, child, String(task.id)).add(String(task.id));
  }
  for (const [id, needs] of parents) for (const need of needs) known(parents, need, id);
  return {
    name: name ?? 'recording',
    ...(description !== undefined && { description }),
    tasks: tasks.map((task) => {
      const id = String(task.id);
      return { id, name: typeof task.name === 'string' ? task.name : id, parents: [...(parents.get(id) ?? [])] };
    }),
  };
}

/** Tasks nobody waits for. */
export function leavesOf({ tasks }: WfRecording): WfTask[] {
  const waitedFor = new Set(tasks.flatMap((task) => task.parents));
  return tasks.filter((task) => !waitedFor.has(task.id));
}

function known(parents: ReadonlyMap<string, Set<string>>, id: string, by: string): Set<string> {
  const found = parents.get(id);
  if (found === undefined) throw new WfFormatError(`expected only tasks of the file, but "${by}" names "${id}"`);
  return found;
}

function idsOf(value: unknown, of: string): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new WfFormatError(`expected a list of ids at "${of}", but found ${typeof value}`);
  return value.map((id) => textOf(id, `an id at "${of}"`));
}

function textOf(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new WfFormatError(`expected ${what} to be text, but found ${JSON.stringify(value)}`);
}
