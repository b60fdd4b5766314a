import type { JsonObject } from '../model/json.js';
import { anything, described, flag, list, numberOrExpression, object, oneOf, record, ref, text, whole } from './shapes.js';

/** Fields of each step type, and which of them it must have (LANGUAGE §3). */
export interface StepShape {
  readonly fields: Record<string, JsonObject>;
  readonly required: readonly string[];
}

const steps = (description: string): JsonObject => described(ref('steps'), description);
const onError = oneOf(['failFast', 'collect'], 'What a failed part does', 'failFast');

const waits: Record<string, StepShape> = {
  sleep: {
    fields: { for: described(ref('waitFor'), 'How long'), until: text('A time (ISO 8601); past = at once') },
    required: [],
  },
  event: {
    fields: {
      names: { ...described(ref('names'), 'Names of the events waited for'), minItems: 1 },
      match: oneOf(['any', 'all'], 'One of the names, or each', 'any'),
      correlate: text('Key of the events'),
      filter: ref('condition'),
      schema: ref('jsonSchema'),
      early: oneOf(['keep', 'drop'], 'Events that come before the step', 'keep'),
      timeoutValue: anything('The output on time-out'),
    },
    required: ['names'],
  },
  ask: {
    fields: {
      kind: oneOf(['approval', 'choice', 'text', 'form'], 'What is asked'),
      name: text('Name of the question; default: the id'),
      prompt: text('The question'),
      choices: described(ref('names'), 'For kind: choice'),
      form: ref('jsonSchema'),
      assignees: { anyOf: [ref('names'), ref('expression')] },
      due: text('When an answer is expected: a duration or a time'),
      timeoutValue: anything('The answer on time-out'),
    },
    required: ['kind'],
  },
};

const caseFields = {
  id: text('Name of the case'),
  is: anything('The value, or a list of values'),
  if: ref('condition'),
  steps: ref('steps'),
};

const blocks: Record<string, StepShape> = {
  branch: {
    fields: {
      cases: list(object(caseFields, ['id', 'steps']), 'Looked at in order'),
      on: anything('The value that `is` compares with'),
      default: steps('When no case fits'),
      match: oneOf(['first', 'all'], 'The first case that fits, or all', 'first'),
    },
    required: ['cases'],
  },
  parallel: { fields: { branches: record(ref('steps'), 'Side by side, by name'), onError }, required: ['branches'] },
  forEach: {
    fields: {
      items: anything('A list, or an expression that yields one'),
      concurrency: numberOrExpression('Items at the same time; unlimited by default'),
      steps: steps('Once for each item'),
      onError,
      tolerate: described(ref('tolerance'), 'Failures that do not fail the step'),
      keep: oneOf(['all', 'failed', 'none'], 'Whose outputs are kept', 'all'),
    },
    required: ['items', 'steps'],
  },
  repeat: {
    fields: {
      while: ref('condition'),
      until: ref('condition'),
      maxIterations: whole(1, 1_000_000, 'Fails with MAX_ITERATIONS beyond; 10,000 by default'),
      delay: described(ref('duration'), 'Between rounds'),
      steps: steps('Each round; sees `last` and `index`'),
      keep: whole(1, 10_000, 'Outputs of the last n rounds'),
    },
    required: ['steps'],
  },
  try: {
    fields: {
      steps: steps('The body'),
      catch: list(
        object(
          {
            codes: ref('names'),
            when: ref('condition'),
            as: text('Name of the error'),
            steps: ref('steps'),
            compensate: flag('Undo the body'),
          },
          ['steps'],
        ),
        'Handlers; the first that fits',
      ),
      finally: steps('However the body ended'),
    },
    required: ['steps'],
  },
  lock: {
    fields: {
      key: text('Name of the lock'),
      limit: { ...whole(1, 1_000_000, 'Holders at the same time'), default: 1 },
      steps: steps('While it is held'),
    },
    required: ['key', 'steps'],
  },
};

const event = object(
  {
    name: text('Name of the event'),
    key: text('Key of its receivers'),
    instance: text('Id of its receiver'),
    payload: anything('Content'),
  },
  ['name'],
);
const message = object(
  { exchange: text('Exchange'), routingKey: text('Routing key'), headers: record({}, 'Headers'), body: anything('Content') },
  ['exchange'],
);

const actions: Record<string, StepShape> = {
  task: {
    fields: {
      task: text('Name of the task; may be an expression', { minLength: 1 }),
      input: anything('What the handler receives; default: ctx'),
    },
    required: ['task'],
  },
  workflow: {
    fields: {
      workflow: text('Name of the definition'),
      version: text('Exact version or range; default: the active one'),
      input: anything('Input of the child'),
      key: text('Key of the child'),
      detached: flag('Do not wait for it'),
      onParentClose: oneOf(['cancel', 'abandon'], 'When this instance ends', 'cancel'),
    },
    required: ['workflow'],
  },
  set: { fields: { values: anything('The output'), tags: record({}, 'Tags of the instance') }, required: [] },
  emit: { fields: { event, message }, required: [] },
  fail: { fields: { code: text('Error code'), message: text('For people'), details: anything('For programs') }, required: [] },
  complete: { fields: {}, required: [] },
  again: { fields: { input: anything('Input of the new generation') }, required: [] },
};

export const stepShapes: Readonly<Record<string, StepShape>> = { ...actions, ...waits, ...blocks };
