import type { Json, JsonObject } from '../model/json.js';

/** Small pieces that the schema of the format is made of. */

export const ref = (name: string): JsonObject => ({ $ref: `#/$defs/${name}` });
export const text = (description: string, more: JsonObject = {}): JsonObject => ({ type: 'string', description, ...more });
export const flag = (description: string): JsonObject => ({ type: 'boolean', default: false, description });
export const anything = (description: string): JsonObject => ({ description });
export const oneOf = (words: readonly string[], description: string, otherwise?: string): JsonObject => ({
  enum: [...words],
  description,
  ...(otherwise !== undefined && { default: otherwise }),
});
export const list = (items: JsonObject, description: string): JsonObject => ({ type: 'array', items, description });
export const record = (values: JsonObject, description: string): JsonObject => ({
  type: 'object',
  additionalProperties: values,
  description,
});
export const whole = (minimum: number, maximum: number, description: string): JsonObject => ({
  type: 'integer',
  minimum,
  maximum,
  description,
});

/** An object with these fields and no others. */
export const object = (
  properties: Record<string, JsonObject>,
  required: readonly string[],
  description?: string,
): JsonObject => ({
  type: 'object',
  properties,
  required: [...required],
  additionalProperties: false,
  ...(description !== undefined && { description }),
});

/** A whole number, or an expression that yields one. */
export const wholeOrExpression = (minimum: number, maximum: number, description: string): JsonObject => ({
  anyOf: [{ type: 'integer', minimum, maximum }, ref('expression')],
  description,
});

/** A name of this shape, or text with expressions that yield one. */
export const nameOf = (shape: RegExp, description: string): JsonObject => ({
  anyOf: [{ type: 'string', pattern: shape.source }, ref('computed')],
  description,
});

/** Exactly one of these fields. */
export const exactlyOne = (...names: readonly string[]): JsonObject => ({ oneOf: names.map((name) => ({ required: [name] })) });

export const described = (schema: JsonObject, description: string): JsonObject => ({ ...schema, description });

const DURATION = '^(\\d+(\\.\\d{1,3})?(ms|s|m|h|d)|P(?=.)(\\d+W)?(\\d+D)?(T(?=.)(\\d+H)?(\\d+M)?(\\d+(\\.\\d{1,3})?S)?)?)$';

export const definitions: Record<string, JsonObject> = {
  duration: {
    type: 'string',
    pattern: DURATION,
    description: '500ms, 30s, 5m, 2h, 3d or ISO 8601 such as PT1H30M',
    examples: ['30s', '5m', '2h'],
  },
  computed: { type: 'string', pattern: '\\$\\{', description: 'Text with expressions in it' },
  wait: {
    anyOf: [{ $ref: '#/$defs/duration' }, { $ref: '#/$defs/computed' }],
    description: 'A duration, or expressions that yield one (or milliseconds)',
  },
  textList: {
    anyOf: [{ type: 'array', items: { type: 'string', minLength: 1 }, uniqueItems: true }, { $ref: '#/$defs/expression' }],
  },
  expression: { type: 'string', pattern: '^\\$\\{[\\s\\S]*\\}$', description: 'One CEL expression: ${input.total > 100}' },
  condition: { anyOf: [{ type: 'boolean' }, { $ref: '#/$defs/expression' }] },
  tolerance: {
    anyOf: [
      { type: 'integer', minimum: 0, maximum: 50_000 },
      { type: 'string', pattern: '^(\\d{1,2}(\\.\\d{1,6})?|100(\\.0{1,6})?)%$' },
      { $ref: '#/$defs/expression' },
    ],
    default: 0,
  },
  join: { anyOf: [{ enum: ['all', 'any'] }, { type: 'integer', minimum: 1 }], default: 'all' },
  names: { type: 'array', items: { type: 'string' } },
  retry: {
    description: 'How often and when a failed attempt is tried again',
    anyOf: [
      { enum: ['aggressive', 'conservative', 'patient', 'none'] },
      object(
        {
          maxAttempts: { ...whole(1, 10_000, 'Attempts in all; 1 = never again'), default: 3 },
          backoff: oneOf(['exponential', 'linear', 'constant'], 'How the delay grows', 'exponential'),
          delay: described(ref('duration'), 'Before the second attempt; 1s by default'),
          factor: { type: 'number', minimum: 1, maximum: 100, default: 2 },
          maxDelay: described(ref('duration'), 'At most so long; 1m by default'),
          jitter: { type: 'number', minimum: 0, maximum: 1, default: 0.2, description: 'Share by which the delay varies' },
          nonRetryable: described(ref('names'), 'Error codes that end the step at once'),
          within: described(ref('duration'), 'Over all attempts'),
        },
        [],
      ),
    ],
  },
  jsonSchema: { description: 'A JSON Schema (2020-12)', type: ['object', 'boolean'] },
  steps: { type: 'array', items: { $ref: '#/$defs/step' }, maxItems: 10_000 } satisfies Record<string, Json>,
};
