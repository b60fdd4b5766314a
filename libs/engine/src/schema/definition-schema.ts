import {
  ID_SHAPE,
  LABEL_SHAPE,
  LIMITS,
  NAME_SHAPE,
  PRIORITY,
  QUEUE_SHAPE,
  RATE_WINDOWS,
  TASK_SHAPE,
} from '../compile/vocabulary.js';
import type { JsonObject } from '../model/json.js';
import { KIND_FIELDS } from '../triggers/read-trigger.js';
import {
  anything,
  definitions,
  described,
  exactlyOne,
  flag,
  list,
  nameOf,
  object,
  oneOf,
  record,
  ref,
  text,
  whole,
  wholeOrExpression,
} from './shapes.js';
import { stepShapes, type StepShape } from './step-types.js';

const compensate = object(
  {
    task: nameOf(TASK_SHAPE, 'The task that undoes the step'),
    input: anything('Sees `output`'),
    queue: nameOf(QUEUE_SHAPE, 'Queue; may be an expression'),
    priority: wholeOrExpression(PRIORITY.min, PRIORITY.max, 'Priority'),
    retry: ref('retry'),
    timeout: ref('wait'),
  },
  ['task'],
  'Undoes the step when the instance fails later',
);

/** Labels, and one resource: `memory`. */
const requires: JsonObject = {
  type: 'object',
  properties: {
    memory: {
      anyOf: [
        { type: 'integer', minimum: 1 },
        { type: 'string', pattern: '^\\d+(\\.\\d{1,3})? ?([KMGT]i?B|B|)$' },
        ref('computed'),
      ],
      description: 'Free memory: 2GiB, or bytes',
    },
  },
  additionalProperties: { anyOf: [{ type: 'string', minLength: 1 }, { type: ['number', 'boolean'] }] },
  propertyNames: { pattern: LABEL_SHAPE.source },
  description: 'Labels a worker must have',
};

const commonFields: Record<string, JsonObject> = {
  id: text('Unique in its list', { pattern: ID_SHAPE.source }),
  type: oneOf(Object.keys(stepShapes), 'What the step does', 'task'),
  title: text('For people'),
  description: text('For people'),
  needs: described(ref('names'), 'Ids of the steps waited for; default: the step before; [] = at once'),
  when: described(ref('condition'), 'Skipped when false'),
  join: described(ref('join'), 'How many needs must end well; of parallel and forEach: how many parts'),
  runOn: oneOf(['success', 'failure', 'always'], 'After which end of its needs it runs', 'success'),
  cancelRest: flag('Cancel the needs (of parallel and forEach: the parts) that are no longer needed'),
  allowFailure: flag('A failure does not stop what depends on it'),
  as: text('Key of the output in ctx; none = keep it out. In forEach: name of the item'),
  output: anything('Reshapes the output; sees `output`'),
  retry: ref('retry'),
  timeout: described(ref('wait'), 'One attempt; of blocks and waits: from entering'),
  totalTimeout: described(ref('wait'), 'Over all attempts'),
  queueTimeout: described(ref('wait'), 'From scheduled to started'),
  heartbeat: described(ref('wait'), 'Longest silence of a running handler'),
  queue: nameOf(QUEUE_SHAPE, 'Queue; may be an expression'),
  priority: wholeOrExpression(PRIORITY.min, PRIORITY.max, 'Higher first'),
  affinity: text('Steps with the same value go to the same worker', { minLength: 1 }),
  requires,
  slots: whole(1, 1_000, 'Slots of a worker it takes'),
  effect: oneOf(['atLeastOnce', 'atMostOnce'], 'May the handler run twice?', 'atLeastOnce'),
  compensate,
  onCancel: oneOf(['abandon', 'request', 'wait'], 'How a running attempt is treated', 'request'),
};

/** Each type adds its fields; what neither it nor the common ones know is refused. */
const step: JsonObject = {
  type: 'object',
  properties: commonFields,
  required: ['id'],
  allOf: Object.entries(stepShapes).map(([type, { fields, required, also }]): JsonObject => ({
    // Without a type a step is a task.
    if: { properties: { type: { const: type } }, required: type === 'task' ? [] : ['type'] },
    then: { properties: fields, required: [...required], ...also },
  })),
  unevaluatedProperties: false,
};

const secret = text('A secret', { minLength: 1 });
const byKey: JsonObject = { dependentRequired: { event: ['key'] } };

const triggerFields: Record<keyof typeof KIND_FIELDS, StepShape> = {
  schedule: {
    fields: {
      cron: text('Minute hour day month weekday, with seconds before them if wanted'),
      timezone: text('Such as Europe/Madrid; UTC by default'),
      overlap: oneOf(['skip', 'queueOne', 'allow', 'cancelOld'], 'When the last one still runs'),
      catchUp: described(ref('duration'), 'Missed runs of so long are made up for'),
      jitter: described(ref('duration'), 'Spreads the starts'),
      disableAfter: whole(1, 1_000_000, 'Failures in a row'),
    },
    required: ['cron'],
  },
  hook: {
    fields: {
      secret: {
        anyOf: [secret, { ...list(secret, 'Several while rotating'), minItems: 1, maxItems: 5 }],
        description: 'Signs the requests',
      },
      event: text('Delivered as this event', { minLength: 1 }),
    },
    required: [],
    also: byKey,
  },
  message: {
    fields: {
      exchange: text('Bound to a queue of ours'),
      queue: text('Read as it is'),
      routingKey: text('Pattern of the binding'),
      filter: ref('condition'),
      event: text('Delivered as this event', { minLength: 1 }),
    },
    required: [],
    also: { ...exactlyOne('exchange', 'queue'), not: { required: ['queue', 'routingKey'] }, ...byKey },
  },
};

const trigger: JsonObject = {
  type: 'object',
  description: 'Starts instances by itself: a schedule, a hook or a message',
  properties: {
    name: text('Name of the trigger', { pattern: NAME_SHAPE.source }),
    kind: oneOf(Object.keys(KIND_FIELDS), 'What starts'),
    enabled: { type: 'boolean', default: true },
    input: anything('Input of the instance'),
    key: text('Key of the instance', { minLength: 1 }),
  },
  required: ['kind'],
  allOf: Object.entries(triggerFields).map(([kind, { fields, required, also }]): JsonObject => ({
    if: { properties: { kind: { const: kind } }, required: ['kind'] },
    then: { properties: fields, required: [...required], ...also },
  })),
  unevaluatedProperties: false,
};

const properties: Record<string, JsonObject> = {
  name: text('Lower-case name', { pattern: NAME_SHAPE.source, examples: ['order.process'] }),
  version: text('Semantic version', {
    pattern: '^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?$',
    examples: ['1.0.0'],
  }),
  title: text('For people'),
  description: text('For people'),
  summary: text('One line about an instance, with expressions', { minLength: 1 }),
  labels: record({ type: 'string' }, 'Fixed labels of the definition'),
  tags: record({}, 'Tags of each instance, with expressions'),
  input: object({ schema: ref('jsonSchema') }, [], 'What an instance is started with'),
  output: anything('Output of the instance; default: that of the last step, or of several merged'),
  timeout: {
    anyOf: [ref('wait'), object({ after: ref('wait'), then: oneOf(['fail', 'alert'], 'What happens then', 'fail') }, ['after'])],
  },
  retry: described(ref('retry'), 'For tasks that say nothing'),
  queue: text('Queue of its tasks', { pattern: QUEUE_SHAPE.source }),
  priority: whole(PRIORITY.min, PRIORITY.max, 'Priority of its tasks; higher first; by default that of the queue'),
  concurrency: object(
    {
      key: text('Instances with the same key', { minLength: 1 }),
      limit: whole(1, 1_000_000, 'At the same time'),
      onLimit: oneOf(['queue', 'reject', 'cancelOldest'], 'One more', 'queue'),
    },
    [],
    'Instances that run at the same time; 1 by default',
  ),
  rate: object(
    {
      key: text('Instances with the same key', { minLength: 1 }),
      limit: whole(1, 1_000_000, 'Starts in that time'),
      per: { enum: Object.keys(RATE_WINDOWS), description: 'Any time as long as this' },
    },
    ['limit', 'per'],
    'Instances that start in a while',
  ),
  triggers: list(ref('trigger'), 'What starts instances'),
  compensation: object(
    {
      on: list({ enum: ['failure', 'timeout', 'cancel'] }, 'After which ends; failure and timeout by default'),
      order: oneOf(['reverse', 'parallel'], 'In which order', 'reverse'),
      onFailure: oneOf(['continue', 'stop'], 'When undoing fails', 'continue'),
    },
    [],
  ),
  failFast: flag('The first failure cancels everything else'),
  retention: { anyOf: [ref('duration'), { type: 'object' }], description: 'How long ended instances are kept' },
  steps: described(ref('steps'), `At most ${LIMITS.steps} steps`),
};

/** The JSON Schema (2020-12) of format 1, for editors: shape only; `compile` knows the meaning. */
export const definitionSchema: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Workflow definition, format 1',
  ...object(properties, ['name', 'version', 'steps']),
  $defs: {
    ...definitions,
    trigger,
    step,
  },
};
