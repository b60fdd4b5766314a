import type { StepType } from '../model/plan.js';

/** Words of format 1. */

export const NAME_SHAPE = /^[a-z][a-z0-9._-]{0,99}$/;
export const ID_SHAPE = /^[A-Za-z0-9._-]{1,128}$/;
/** Part of a routing key `<queue>.<task>`: a dot would make two pairs the same key. */
/** Name of a label of a worker. */
export const LABEL_SHAPE = /^[A-Za-z0-9_.-]{1,63}$/;
export const QUEUE_SHAPE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
export const TASK_SHAPE = /^[A-Za-z][A-Za-z0-9._-]{0,127}$/;
export const CODE_SHAPE = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/;

/** Business key of an instance. */
export const INSTANCE_KEY_LENGTH = 200;
export const EVENT_NAME_LENGTH = 200;
export const EVENT_KEY_LENGTH = 500;
export const PERSON_LENGTH = 200;

export const LIMITS = {
  /** In all lists together. */
  steps: 10_000,
  /** Blocks inside one another. */
  nesting: 32,
  definitionBytes: 1024 * 1024,
  items: 50_000,
  iterations: 1_000_000,
  /** Rounds of a repeat whose outputs are kept. */
  kept: 10_000,
  /** Of a lock at the same time. */
  holders: 1_000_000,
  /** Characters of the path of a step, a number in it counted as seven: it is part of keys of the database, and of addresses. */
  path: 1_000,
} as const;
export const PRIORITY = { min: 0, max: 9 } as const;

export const DOCUMENT_FIELDS: ReadonlySet<string> = new Set([
  'name',
  'version',
  'title',
  'description',
  'summary',
  'labels',
  'tags',
  'input',
  'output',
  'timeout',
  'retry',
  'queue',
  'priority',
  'concurrency',
  'rate',
  'triggers',
  'compensation',
  'failFast',
  'retention',
  'steps',
]);

/** `per` of a rate, in ms. */
export const RATE_WINDOWS = { second: 1_000, minute: 60_000, hour: 3_600_000 } as const;

export const COMMON_FIELDS: readonly string[] = [
  'id',
  'type',
  'title',
  'description',
  'needs',
  'when',
  'join',
  'runOn',
  'cancelRest',
  'allowFailure',
  'as',
  'output',
  'retry',
  'timeout',
  'totalTimeout',
  'queueTimeout',
  'heartbeat',
  'queue',
  'priority',
  'affinity',
  'requires',
  'slots',
  'effect',
  'compensate',
  'onCancel',
];

/** Fields of each step type beside the common ones. */
export const TYPE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  task: ['task', 'input'],
  sleep: ['for', 'until'],
  event: ['names', 'match', 'correlate', 'filter', 'schema', 'early', 'timeoutValue'],
  ask: ['kind', 'name', 'prompt', 'choices', 'form', 'assignees', 'due', 'timeoutValue'],
  branch: ['cases', 'on', 'default', 'match'],
  parallel: ['branches', 'onError'],
  forEach: ['items', 'as', 'concurrency', 'steps', 'onError', 'tolerate', 'keep'],
  repeat: ['while', 'until', 'maxIterations', 'delay', 'steps', 'keep'],
  workflow: ['workflow', 'version', 'input', 'key', 'detached', 'onParentClose'],
  try: ['steps', 'catch', 'finally'],
  lock: ['key', 'limit', 'steps'],
  set: ['values', 'tags'],
  emit: ['event', 'message'],
  fail: ['code', 'message', 'details'],
  complete: [],
  again: ['input'],
};

export const STEP_TYPES = Object.keys(TYPE_FIELDS);

const TASKS: ReadonlySet<StepType> = new Set(['task']);
const TRIED: ReadonlySet<StepType> = new Set(['task', 'workflow']);
const ENDS: readonly StepType[] = ['fail', 'complete', 'again'];
const allBut = (...types: readonly StepType[]): ReadonlySet<StepType> =>
  new Set((STEP_TYPES as StepType[]).filter((type) => !types.includes(type)));

/** Common options that say something only about steps of some types: elsewhere they are a warning. */
export const FIELD_TYPES: ReadonlyMap<string, ReadonlySet<StepType>> = new Map<string, ReadonlySet<StepType>>([
  ['retry', TRIED],
  ['timeout', allBut('sleep', 'set', 'emit', ...ENDS)],
  // What is told to a child, and how it is left, a workflow step says too.
  ...['totalTimeout', 'queue', 'priority', 'onCancel'].map((name) => [name, TRIED] as const),
  ...['queueTimeout', 'heartbeat', 'affinity', 'requires', 'slots', 'effect'].map((name) => [name, TASKS] as const),
  ['compensate', allBut(...ENDS)],
  ['output', allBut('fail', 'again')],
  ['as', allBut(...ENDS)],
  ['allowFailure', allBut('complete', 'again')],
]);
