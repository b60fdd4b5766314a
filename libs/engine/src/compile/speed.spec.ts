import type { Json, JsonObject } from '../model/json.js';
import type { SchemaCheck } from '../model/plan.js';
import { compile } from './compile.js';

const sizes = 10_000;
/** Under a second on a quiet machine. */
const LIMIT_MS = 10_000;
const id = (index: number): string => `s${index}`;
/** Milliseconds of processor time: a busy machine must not fail a test. */
function processorMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const listOf = (count: number, step: (index: number) => object): JsonObject[] =>
  Array.from({ length: count }, (_, index) => ({ id: id(index), task: 't', ...step(index) }));
const definition = (steps: Json): JsonObject => ({ name: 'a', version: '1.0.0', steps });

const lists: Record<string, (index: number) => object> = {
  'a chain that reads its predecessor': (i) => (i === 0 ? {} : { input: `\${steps.${id(i - 1)}.output}` }),
  'a chain that reads its first step': (i) => (i === 0 ? {} : { input: '${steps.s0.output}' }),
  'a fan-out': (i) => ({ needs: i === 0 ? [] : [id(0)] }),
  'a fan-in': (i) => ({ needs: i < sizes - 1 ? [] : Array.from({ length: sizes - 1 }, (_, n) => id(n)) }),
  'a cycle of all': (i) => ({ needs: [id((i + 1) % sizes)] }),
  'reads of what nobody knows': (i) => ({ input: `\${steps.${id(i)}x.output}` }),
  'needs that nobody knows': () => ({ needs: Array.from({ length: 8 }, (_, n) => `x${n}`) }),
};

const nested: Record<string, () => Json[]> = {
  'blocks of one step that read the first': () =>
    Array.from({ length: sizes / 2 - 1 }, (_, index) => ({
      id: `b${index}`,
      type: 'forEach',
      items: '${input.x}',
      as: 'x',
      steps: [{ id: 'x', task: 't', input: index === 0 ? '${x}' : '${[x, steps.b0.output]}' }],
    })),
  'one step in each of the cases of a branch': () => [
    {
      id: 'b',
      type: 'branch',
      on: '${input.x}',
      default: [],
      cases: Array.from({ length: sizes - 1 }, (_, index) => ({ id: id(index), is: index, steps: [{ id: 'x', task: 't' }] })),
    },
  ],
  'a long list in the innermost of 32 blocks': () => {
    let steps: Json[] = listOf(sizes - 33, (i) => (i === 0 ? {} : { input: `\${[steps.s0.output, steps.first.output]}` }));
    for (let depth = 0; depth < 32; depth++) steps = [{ id: 'b', type: 'lock', key: 'k', steps }];
    return [{ id: 'first', task: 't' }, ...(steps as JsonObject[])];
  },
  'reads of the inside of other blocks': () =>
    Array.from({ length: sizes / 2 }, (_, index) => ({
      id: `b${index}`,
      type: 'lock',
      key: 'k',
      steps: [{ id: id(index), task: 't', input: `\${steps.${id((index + 1) % (sizes / 2))}.output}` }],
    })),
};

const checkOf = (schema: JsonObject): SchemaCheck | undefined =>
  compile({ ...definition([]), input: { schema } }).plan?.checkInput;

describe('compile is fast for', () => {
  it.each(Object.entries(lists))('%s, 10,000 steps', (shape, step) => {
    let compiled: ReturnType<typeof compile> | undefined;
    const document = definition(listOf(sizes, step));
    expect(processorMs(() => (compiled = compile(document)))).toBeLessThan(LIMIT_MS);
    expect(compiled?.plan === undefined).toBe(/cycle|nobody/.test(shape));
  });

  it.each(Object.entries(nested))('%s, 10,000 steps', (shape, stepsOf) => {
    let compiled: ReturnType<typeof compile> | undefined;
    const document = definition(stepsOf());
    expect(processorMs(() => (compiled = compile(document)))).toBeLessThan(LIMIT_MS);
    expect(compiled?.problems.filter(({ code }) => code !== 'INSIDE_BLOCK' && code !== 'MORE_PROBLEMS')).toEqual([]);
    expect(compiled?.plan === undefined).toBe(shape.includes('other blocks'));
  });

  it('values of many expressions', () => {
    const values = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, '${input.a.b}']));
    let deep: Json = '${input.a}';
    for (let level = 0; level < 150; level++) deep = { a: deep, b: [deep === null, '${input.b}'] };
    const document = definition([
      { id: 'wide', type: 'set', values },
      { id: 'deep', type: 'set', values: deep },
    ]);
    let compiled: ReturnType<typeof compile> | undefined;
    expect(processorMs(() => (compiled = compile(document)))).toBeLessThan(LIMIT_MS);
    const set = compiled?.plan?.scope.byId.get('wide')?.values;
    expect(processorMs(() => set?.evaluate({ input: () => ({ a: { b: 1 } }) }))).toBeLessThan(500);
  });
});

describe('a check of an input', () => {
  it('checks a large input quickly, and tells the first fault only', () => {
    const schema = { type: 'array', uniqueItems: true, items: { type: 'object' } };
    const check = checkOf(schema);
    const objects = Array.from({ length: 20_000 }, (_, i) => ({ i }));
    const numbers = Array.from({ length: 100_000 }, (_, i) => i);
    let faults: unknown[] = [];
    expect(processorMs(() => (faults = [...(check?.(objects) ?? []), ...(check?.(numbers) ?? [])]))).toBeLessThan(10_000);
    expect(faults).toEqual([{ path: '/0', message: 'must be object' }]);
  });

  it('ends on schemas that multiply', () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`d${i}`, { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] }]),
    );
    const schemas: JsonObject[] = [
      { $ref: '#/$defs/d0', $defs: { ...doubling, d40: {} } },
      { properties: { a: { anyOf: [{ $ref: '#' }, { $ref: '#' }] }, b: false } },
      { $defs: { x: { $ref: '#/$defs/x' } }, $ref: '#/$defs/x' },
      { pattern: '^(a|b|ab|ba){1,200}$' },
    ];
    const deep = JSON.parse(`${'{"a":'.repeat(60)}{"b":1}${'}'.repeat(60)}`) as JsonObject;
    for (const schema of schemas) {
      const check = checkOf(schema);
      let faults: unknown[] | undefined;
      expect(processorMs(() => (faults = check?.(schema['pattern'] === undefined ? deep : 'ab'.repeat(500_000))))).toBeLessThan(
        10_000,
      );
      expect(faults).toEqual([{ path: '', message: expect.stringContaining('too much work') as string }]);
    }
  });
});
