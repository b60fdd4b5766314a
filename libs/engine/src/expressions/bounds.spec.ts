import fc from 'fast-check';
import type { Json } from '../model/json.js';
import { storableFaults } from '../json/storable-faults.js';
import { compileTemplate } from './compile-template.js';
import { ExpressionBoundError, ExpressionError } from './expression-error.js';
import type { EvaluationScope, RootName } from './template.js';

const roots: ReadonlySet<RootName> = new Set(['input', 'ctx', 'needs', 'now']);
const numbers = Array.from({ length: 10_000 }, (_, i) => i);
const input: Json = {
  numbers,
  many: Array.from({ length: 50_000 }, (_, i) => ({ id: i, name: `n${i}` })),
  text: 'ab'.repeat(50_000),
  word: 'word',
};
const scope: EvaluationScope = { input: () => input, ctx: () => ({}), needs: () => ({}), now: () => 0 };

function evaluate(source: Json): Json {
  const { template, faults } = compileTemplate(source, { roots });
  if (!template) throw new Error(JSON.stringify(faults));
  return template.evaluate(scope);
}

function outcome(source: Json): { value?: Json; error?: unknown; processorMs: number } {
  const before = process.cpuUsage();
  const spent = (): number => process.cpuUsage(before).user / 1_000;
  try {
    return { value: evaluate(source), processorMs: spent() };
  } catch (error) {
    return { error, processorMs: spent() };
  }
}

/** `cel.bind(v1, …v0, cel.bind(v2, …v1, … body))`: each variable made of two of the one before. */
function doubled(name: string, times: number, first: string, twice: (of: string) => string, body: string): string {
  const binds = Array.from({ length: times }, (_, i) => `cel.bind(${name}${i + 1}, ${twice(i === 0 ? first : `${name}${i}`)}, `);
  return `${binds.join('')}${body}${')'.repeat(times)}`;
}

const knot = (name: string, body: string): string => doubled(name, 22, 'input.word', (of) => `[${of}, ${of}]`, body);

describe('the bounds of an evaluation', () => {
  it.each([
    ['every item with every item', '${input.numbers.map(x, input.numbers.map(y, x * y))}'],
    ['every item among all items', '${input.numbers.filter(x, x in input.numbers)}'],
    ['a list that doubles', `\${${doubled('v', 40, 'input.numbers', (of) => `${of} + ${of}`, 'v40')}}`],
    ['a structure that doubles', `\${${doubled('v', 30, 'input.word', (of) => `[${of}, ${of}]`, 'v30')}}`],
    ['structures that double, compared', `\${${knot('v', knot('w', 'v22 == w22'))}}`],
    ['a text that doubles', `\${${doubled('v', 40, 'input.text', (of) => `${of} + ${of}`, 'v40')}}`],
    ['a text that is replaced', '${input.text.replace("a", input.text)}'],
    ['large texts, one after the other', '${input.numbers.map(n, (input.text + "x").indexOf("y"))}'],
    ['a pattern over a large text', '${input.numbers.map(n, input.text.matches("(a|b)*c{500}"))}'],
    ['an exponential pattern', '${input.many.exists(m, (input.text + "!").matches("^(a+)+(b+)+$"))}'],
    ['objects made into text', '${input.numbers.map(n, string(input.many))}'],
    ['a result of more than 2 MiB', ['${input.many}', '${input.many}']],
    ['many zones', '${input.numbers.map(n, formatDate(now, "HH", "Etc/GMT+" + string(n % 12)))}'],
    ['errors that would be absorbed', '${input.numbers.exists(x, input.numbers.all(y, y >= 0) && false) || true}'],
  ])('stop %s', (_what, source) => {
    const { error, processorMs } = outcome(source);
    expect(error).toBeInstanceOf(ExpressionBoundError);
    expect((error as ExpressionError).code).toBe('EXPRESSION_FAILED');
    expect(processorMs).toBeLessThan(5_000);
  });

  it.each<[string, string, Json]>([
    ['50,000 items', '${input.many.map(m, {"id": m.id, "n": m.name}).size()}', 50_000],
    ['a join of 10,000', '${join(input.numbers, ",").size()}', numbers.join(',').length],
    ['a sum over a filtered list', '${sum(input.numbers.filter(n, n % 2 == 0))}', 24_995_000],
    ['a pattern on a text of 100,000', '${input.text.matches("^(ab)+$")}', true],
  ])('leave room for %s', (_what, source, value) => {
    expect(evaluate(source)).toEqual(value);
  });

  it('are shared by all expressions of a template', () => {
    const one = '${input.numbers.map(x, [1, 2, 3].map(y, x + y)).size()}';
    expect(evaluate([one])).toEqual([10_000]);
    expect(outcome(Array.from({ length: 50 }, () => one)).error).toBeInstanceOf(ExpressionBoundError);
  });
});

const leaf = fc.constantFrom(
  'input',
  'input.word',
  'input.numbers',
  'input.many[0]',
  'ctx',
  'needs',
  'now',
  '1',
  '2.5',
  '"x"',
  'null',
  'true',
  '[]',
  '{}',
  '"__proto__"',
  'x',
  'input.?nope',
  'duration("1h")',
  '9007199254740991',
  '"\\u0000"',
  '0',
);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', 'in', '&&', '||'),
        tie('expression'),
      )
      .map(([a, sign, b]) => `(${a} ${sign} ${b})`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('.word', '[0]', '["__proto__"]', '.constructor', '.?x', '.size()', '[?1]', '.orValue(1)'),
      )
      .map(([a, access]) => `${a}${access}`),
    fc
      .tuple(tie('expression'), fc.constantFrom('map', 'filter', 'all', 'exists', 'exists_one'), tie('expression'))
      .map(([a, macro, b]) => `${a}.${macro}(x, ${b})`),
    fc
      .tuple(
        fc.constantFrom('size', 'sum', 'min', 'keys', 'values', 'string', 'int', 'date', 'type', 'round', '-', '!', 'has'),
        tie('expression'),
      )
      .map(([f, a]) => `${f}(${a})`),
    fc
      .tuple(
        fc.constantFrom('merge', 'append', 'join', 'split', 'matches', 'addDays', 'formatDate', 'contains', 'substring'),
        tie('expression'),
        tie('expression'),
      )
      .map(([f, a, b]) => `${f}(${a}, ${b})`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `{${a}: ${b}, "k": [${b}]}`),
  ),
}));

describe('any expression', () => {
  it('ends quickly, in storable JSON or an ExpressionError, always the same, and pollutes nothing', () => {
    const keysBefore = Object.getOwnPropertyNames(Object.prototype).length;
    const inputBefore = JSON.stringify(input);
    fc.assert(
      fc.property(expression, fc.boolean(), (source, isText) => {
        const { template, faults } = compileTemplate(isText ? `: \${${source}} ` : `\${${source}}`, { roots });
        if (!template) return expect(faults.length).toBeGreaterThan(0);
        const [first, second] = [0, 0].map(() => {
          try {
            return { value: template.evaluate(scope) };
          } catch (error) {
            expect(error).toBeInstanceOf(ExpressionError);
            return { message: (error as Error).message };
          }
        });
        expect(second).toEqual(first);
        if (first && 'value' in first) expect(storableFaults(first.value)).toEqual([]);
      }),
      { numRuns: 400 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(keysBefore);
    expect(JSON.stringify(input)).toBe(inputBefore);
  });

  it('never makes the compiler throw, whatever its text', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[-a-z0-9.,?:()[\]{}"'\\+*/%<>=!&|$ ]{0,40}$/));
    fc.assert(
      fc.property(text, (source) => void compileTemplate({ a: `\${${source}}`, b: source }, { roots })),
      { numRuns: 500 },
    );
  });
});
