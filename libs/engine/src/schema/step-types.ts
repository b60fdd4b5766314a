import { CODE_SHAPE, EVENT_NAME_LENGTH, ID_SHAPE, LIMITS, NAME_SHAPE, TASK_SHAPE } from '../compile/vocabulary.js';
import type { JsonObject } from '../model/json.js';
import {
  anything,
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
  wholeOrExpression,
} from './shapes.js';

/** Fields of each step type, which of them it must have, and what else holds for them together (LANGUAGE §3). */
export interface StepShape {
  readonly fields: Record<string, JsonObject>;
  readonly required: readonly string[];
  readonly also?: JsonObject;
}

const steps = (description: string): JsonObject => described(ref('steps'), description);
const onError = oneOf(['failFast', 'collect'], 'What a failed part does', 'failFast');
const named = (description: string): JsonObject => text(description, { minLength: 1 });
const nameOfValue = described({ type: 'string', pattern: '^[A-Za-z_]\\w*$' }, 'Name in expressions');
const when = (field: string, value: string, required: string): JsonObject => ({
  if: { properties: { [field]: { const: value } }, required: [field] },
  then: { required: [required] },
});

const waits: Record<string, StepShape> = {
  sleep: {
    fields: {
      for: described(ref('wait'), 'How long'),
      until: { type: ['string', 'integer'], description: 'A time (ISO 8601, or epoch ms); past = at once' },
    },
    required: [],
    also: exactlyOne('for', 'until'),
  },
  event: {
    fields: {
      names: {
        anyOf: [
          {
            type: 'array',
            items: { type: 'string', minLength: 1, maxLength: EVENT_NAME_LENGTH },
            minItems: 1,
            uniqueItems: true,
          },
          ref('expression'),
        ],
        description: 'Names of the events waited for',
      },
      match: oneOf(['any', 'all'], 'One of the names, or each', 'any'),
      correlate: named('Key of the events'),
      filter: described(ref('condition'), 'Sees `event`'),
      schema: ref('jsonSchema'),
      early: oneOf(['keep', 'drop'], 'Events that come before the step', 'keep'),
      timeoutValue: anything('The output on time-out'),
    },
    required: ['names'],
  },
  ask: {
    fields: {
      kind: oneOf(['approval', 'choice', 'text', 'form'], 'What is asked'),
      name: named('Name of the question; default: the id'),
      prompt: named('The question'),
      choices: { ...described(ref('textList'), 'For kind: choice'), minItems: 1 },
      form: ref('jsonSchema'),
      assignees: described(ref('textList'), 'Who may answer'),
      due: text('When an answer is expected: a duration or a time'),
      timeoutValue: anything('The answer on time-out'),
    },
    required: ['kind'],
    also: { allOf: [when('kind', 'choice', 'choices'), when('kind', 'form', 'form')] },
  },
};

const branchCase: JsonObject = {
  ...object(
    {
      id: text('Name of the case', { pattern: ID_SHAPE.source, not: { const: 'default' } }),
      is: anything('The value, or a list of values'),
      if: ref('condition'),
      steps: ref('steps'),
    },
    ['id', 'steps'],
  ),
  ...exactlyOne('is', 'if'),
};

const handler = object(
  {
    codes: list({ type: 'string', pattern: CODE_SHAPE.source }, 'Codes of failures; default: all'),
    when: described(ref('condition'), 'Sees `error`'),
    as: nameOfValue,
    steps: ref('steps'),
    compensate: flag('Undo the body'),
  },
  ['steps'],
);

const blocks: Record<string, StepShape> = {
  branch: {
    fields: {
      cases: list(branchCase, 'Looked at in order'),
      on: anything('The value that `is` compares with'),
      default: steps('When no case fits'),
      match: oneOf(['first', 'all'], 'The first case that fits, or all', 'first'),
    },
    required: ['cases'],
    also: {
      if: { properties: { cases: { type: 'array', contains: { type: 'object', required: ['is'] } } }, required: ['cases'] },
      then: { required: ['on'] },
    },
  },
  parallel: {
    fields: {
      branches: { ...record(ref('steps'), 'Side by side, by name'), propertyNames: { pattern: ID_SHAPE.source } },
      onError,
    },
    required: ['branches'],
  },
  forEach: {
    fields: {
      items: { anyOf: [{ type: 'array', maxItems: LIMITS.items }, ref('expression')], description: 'A list, or an expression' },
      as: nameOfValue,
      concurrency: wholeOrExpression(1, LIMITS.items, 'Items at the same time; unlimited by default'),
      steps: steps('Once for each item'),
      onError,
      tolerate: described(ref('tolerance'), 'Failures that do not fail the step'),
      keep: oneOf(['all', 'failed', 'none'], 'Whose outputs are kept', 'all'),
    },
    required: ['items', 'steps'],
  },
  repeat: {
    fields: {
      while: described(ref('condition'), 'Looked at before a round'),
      until: described(ref('condition'), 'Looked at after a round'),
      maxIterations: wholeOrExpression(1, LIMITS.iterations, 'Fails with MAX_ITERATIONS beyond; 10,000 by default'),
      delay: described(ref('wait'), 'Between rounds'),
      steps: steps('Each round; sees `last` and `index`'),
      keep: wholeOrExpression(1, LIMITS.kept, 'Outputs of the last n rounds'),
    },
    required: ['steps'],
    also: { anyOf: [{ required: ['while'] }, { required: ['until'] }] },
  },
  try: {
    fields: {
      steps: steps('The body'),
      catch: list(handler, 'Handlers; the first that fits'),
      finally: steps('However the body ended'),
    },
    required: ['steps'],
  },
  lock: {
    fields: {
      key: named('Name of the lock'),
      limit: { ...wholeOrExpression(1, LIMITS.holders, 'Holders at the same time'), default: 1 },
      steps: steps('While it is held'),
    },
    required: ['key', 'steps'],
  },
};

const event = {
  ...object(
    {
      name: named('Name of the event'),
      key: named('Key of its receivers'),
      instance: named('Id of its receiver'),
      payload: anything('Content'),
    },
    ['name'],
  ),
  ...exactlyOne('key', 'instance'),
};
const message = object(
  {
    exchange: text('Exchange'),
    routingKey: text('Routing key'),
    headers: { type: ['object', 'string'], description: 'Headers' },
    body: anything('Content'),
  },
  ['exchange'],
);

const actions: Record<string, StepShape> = {
  task: {
    fields: {
      task: nameOf(TASK_SHAPE, 'Name of the task; may be an expression'),
      input: anything('What the handler receives; default: ctx'),
    },
    required: ['task'],
  },
  workflow: {
    fields: {
      workflow: nameOf(NAME_SHAPE, 'Name of the definition; may be an expression'),
      version: named('Exact version, range or latest; default: the active one'),
      input: anything('Input of the child; default: ctx'),
      key: named('Key of the child'),
      detached: flag('Do not wait for it'),
      onParentClose: oneOf(['cancel', 'abandon'], 'When this instance ends', 'cancel'),
    },
    required: ['workflow'],
  },
  set: { fields: { values: anything('The output'), tags: record({}, 'Tags of the instance') }, required: [] },
  emit: { fields: { event, message }, required: [], also: exactlyOne('event', 'message') },
  fail: {
    fields: { code: nameOf(CODE_SHAPE, 'Error code'), message: named('For people'), details: anything('For programs') },
    required: [],
  },
  complete: { fields: {}, required: [] },
  again: { fields: { input: anything('Input of the new generation; default: the same') }, required: [] },
};

export const stepShapes: Readonly<Record<string, StepShape>> = { ...actions, ...waits, ...blocks };
