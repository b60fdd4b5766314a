import type { Json, JsonObject } from '../model/json.js';
import { compile } from './compile.js';
import { processorMs } from './testing/processor-ms.js';

const sizes = 10_000;
/** Under a second on a quiet machine. */
const LIMIT_MS = 4_000;
const id = (index: number): string => `s${index}`;
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
