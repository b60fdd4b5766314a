/** What a definition says, as a tree: every step with the lists of steps inside it. */
export interface OutlineStep {
  readonly id: string;
  readonly type: string;
  readonly title: string | null;
  /** As written: may hold an expression. */
  readonly task: string | null;
  /** Ids of its direct needs, all of its own list. */
  readonly needs: readonly string[];
  readonly runOn: string;
  /** How many of its needs must end well. */
  readonly join: string;
  /** 1 for what is never tried again. */
  readonly maxAttempts: number;
  readonly bodies: readonly OutlineBody[];
}

/** A list of steps inside a block. */
export interface OutlineBody {
  /** Its segment in a path; `*` stands for the number of an item or a round. */
  readonly key: string;
  readonly label: string;
  readonly steps: readonly OutlineStep[];
}

type Raw = Readonly<Record<string, unknown>>;

/** Key of a body that is run many times. */
export const ANY_NUMBER = '*';
const retried = new Set(['task', 'workflow']);
const attemptsOfNamed: Readonly<Record<string, number>> = { aggressive: 5, conservative: 3, patient: 10, none: 1 };
const defaultAttempts = 3;

/** @param document a definition that was accepted: what is missing has its default, what is strange is left out */
export function outlineOf(document: Raw): OutlineStep[] {
  return readScope(document['steps'], attemptsIn(document['retry']) ?? defaultAttempts);
}

function readScope(list: unknown, attempts: number): OutlineStep[] {
  const steps = rawList(list);
  return steps.map((step, index) => readStep(step, steps[index - 1], attempts));
}

function readStep(step: Raw, before: Raw | undefined, attempts: number): OutlineStep {
  const type = text(step['type']) ?? 'task';
  const needs = Array.isArray(step['needs']) ? step['needs'].map(String) : before ? [String(before['id'])] : [];
  return {
    id: String(step['id']),
    type,
    title: text(step['title']) ?? null,
    task: text(step['task']) ?? null,
    needs,
    runOn: text(step['runOn']) ?? 'success',
    join: String(bodylessJoin(type, step) ?? 'all'),
    maxAttempts: retried.has(type) ? (attemptsIn(step['retry']) ?? attempts) : 1,
    bodies: readBodies(type, step, attempts),
  };
}

/** The `join` of parallel and forEach counts their parts, not their needs. */
const bodylessJoin = (type: string, step: Raw): unknown => (type === 'parallel' || type === 'forEach' ? undefined : step['join']);

function readBodies(type: string, step: Raw, attempts: number): OutlineBody[] {
  const body = (key: string, label: string, list: unknown): OutlineBody => ({ key, label, steps: readScope(list, attempts) });
  const optional = (key: string, label: string): OutlineBody[] => (key in step ? [body(key, label, step[key])] : []);
  switch (type) {
    case 'branch':
      return [
        ...rawList(step['cases']).map((own) => body(String(own['id']), String(own['id']), own['steps'])),
        ...optional('default', $localize`otherwise`),
      ];
    case 'parallel':
      return Object.entries(rawOf(step['branches'])).map(([name, list]) => body(name, name, list));
    case 'forEach':
      return [body(ANY_NUMBER, $localize`each item`, step['steps'])];
    case 'repeat':
      return [body(ANY_NUMBER, $localize`each round`, step['steps'])];
    case 'lock':
      return [body('body', $localize`inside the lock`, step['steps'])];
    case 'try':
      return [
        body('body', $localize`try`, step['steps']),
        ...rawList(step['catch']).map((own, index) => body(`catch-${index}`, catchLabel(own), own['steps'])),
        ...optional('finally', $localize`finally`),
      ];
    default:
      return [];
  }
}

function catchLabel({ codes }: Raw): string {
  const list = Array.isArray(codes) ? codes.join(', ') : undefined;
  return list === undefined ? $localize`catch` : $localize`catch ${list}:codes:`;
}

/** Of a path such as `ship/3/pack`; undefined when the definition names no such step. */
export function stepAt(outline: readonly OutlineStep[], path: string): OutlineStep | undefined {
  const segments = path.split('/');
  let list: readonly OutlineStep[] = outline;
  for (let at = 0; at < segments.length; at += 2) {
    const step = list.find(({ id }) => id === segments[at]);
    const key = segments[at + 1];
    if (step === undefined || key === undefined) return step;
    list = bodyOf(step, key)?.steps ?? [];
  }
  return undefined;
}

/** The list that a segment of a path names. */
export const bodyOf = (step: OutlineStep, key: string): OutlineBody | undefined =>
  step.bodies.find((body) => body.key === key || (body.key === ANY_NUMBER && /^\d+$/.test(key)));

/** Is what is inside it run many times, each under its number? */
export const isNumbered = ({ bodies }: OutlineStep): boolean => bodies[0]?.key === ANY_NUMBER;

/** Steps at all depths, each once however often it is run. */
export function countSteps(steps: readonly OutlineStep[]): number {
  return steps.reduce((sum, { bodies }) => sum + 1 + bodies.reduce((inner, body) => inner + countSteps(body.steps), 0), 0);
}

function attemptsIn(retry: unknown): number | undefined {
  if (typeof retry === 'string') return attemptsOfNamed[retry];
  if (retry === undefined || retry === null) return undefined;
  const { maxAttempts } = rawOf(retry);
  return typeof maxAttempts === 'number' ? maxAttempts : defaultAttempts;
}

const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);
const rawOf = (value: unknown): Raw => (isRaw(value) ? value : {});
const rawList = (value: unknown): Raw[] => (Array.isArray(value) ? value.filter(isRaw) : []);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
