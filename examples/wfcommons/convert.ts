import { leavesOf, type WfRecording } from './wf-format.js';

/** A definition as the platform reads it. */
export interface ConvertedDefinition {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly description: string;
  readonly steps: readonly ConvertedStep[];
  readonly output: { readonly leaves: readonly string[] };
}

interface ConvertedStep {
  readonly id: string;
  readonly title?: string;
  readonly task: string;
  readonly needs: readonly string[];
  readonly input: Readonly<Record<string, unknown>>;
}

export interface ConvertOptions {
  /** Name of the definition; default: from the recording's own name. */
  readonly name?: string;
  /** Default 1.0.0. */
  readonly version?: string;
}

export const hashTask = 'wfcommons.hash';

/**
 * One `task` step a recorded task, needing its parents; the instance's output lists what the leaves returned.
 * Steps are in the order of the file, which may name children before their parents.
 */
export function convert(recording: WfRecording, options: ConvertOptions = {}): ConvertedDefinition {
  const ids = stepIds(recording);
  const stepOf = (taskId: string): string => ids.get(taskId) ?? taskId;
  const outputOf = (taskId: string): string => `\${${reference(stepOf(taskId))}.output}`;
  return {
    name: options.name ?? definitionName(recording.name),
    version: options.version ?? '1.0.0',
    title: recording.name,
    description: recording.description ?? `Recorded run with ${recording.tasks.length} tasks`,
    steps: recording.tasks.map(({ id, name, parents }) => ({
      id: stepOf(id),
      ...(name !== stepOf(id) && { title: name }),
      task: hashTask,
      needs: parents.map(stepOf),
      input: { id: literal(id), parents: parents.map(outputOf) },
    })),
    output: { leaves: leavesOf(recording).map((task) => outputOf(task.id)) },
  };
}

/** `Montage 2MASS.json` → `wfcommons.montage-2mass`. */
export function definitionName(name: string): string {
  const words = name
    .replace(/\.json$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return `wfcommons.${words || 'recording'}`.slice(0, 100);
}

/** Step id of each task: its own id where the language takes it, else the nearest one that is free. */
function stepIds({ tasks }: WfRecording): ReadonlyMap<string, string> {
  const taken = new Set(tasks.map((task) => task.id).filter(isStepId));
  const ids = new Map<string, string>();
  for (const { id } of tasks) ids.set(id, isStepId(id) ? id : freeId(id, taken));
  return ids;
}

function freeId(id: string, taken: Set<string>): string {
  const base = id.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 120);
  let candidate = base;
  for (let n = 2; taken.has(candidate); n += 1) candidate = `${base}_${n}`;
  taken.add(candidate);
  return candidate;
}

const isStepId = (id: string): boolean => /^[A-Za-z0-9._-]{1,128}$/.test(id);

/** Words an expression reads as something else. */
const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const reference = (id: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(id) && !reserved.has(id) ? `steps.${id}` : `steps[${JSON.stringify(id)}]`;

/** Text that is to stay as it is although the language reads `${`. */
const literal = (text: string): string => text.replaceAll('${', '$${');
