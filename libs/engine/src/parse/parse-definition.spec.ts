import fc from 'fast-check';
import { pointer } from '../json/bounds.js';
import { parseDefinition } from './parse-definition.js';

const yaml = (text: string) => parseDefinition(text, 'yaml');
const json = (text: string) => parseDefinition(text, 'json');

describe('parseDefinition', () => {
  it('reads YAML 1.2 and JSON alike', () => {
    expect(yaml('name: a\nyes: no\nn: 0o17\nlist: [1, 1.5, null, ~]\ntext: |\n  x\n').document).toEqual({
      name: 'a',
      yes: 'no',
      n: 15,
      list: [1, 1.5, null, null],
      text: 'x\n',
    });
    expect(json('\uFEFF{"name":"a","n":[1,{"b":null}]}').document).toEqual({ name: 'a', n: [1, { b: null }] });
    expect(yaml('{"name":"a"}').document).toEqual({ name: 'a' });
    expect(yaml('a: &x {b: 1}\nc: *x').document).toEqual({ a: { b: 1 }, c: { b: 1 } });
  });

  const long = 'x'.repeat(500_000);
  /** Nearly as many as fit into the largest definition; what compares each with each takes half a minute and more. */
  const many = Array.from({ length: 40_000 }, (_, i) => i);
  it.each<[string, 'json' | 'yaml', string, string | undefined]>([
    ['keys in braces', 'yaml', `{${many.map((i) => `"k${i}":1`).join()}}`, undefined],
    ['keys on lines', 'yaml', many.map((i) => `k${i}: 1\n`).join(''), undefined],
    ['keys', 'json', `{${many.map((i) => `"k${i}":1`).join()}}`, undefined],
    [
      'keys below a long one',
      'json',
      `{"${long}":{${many
        .slice(0, 40_000)
        .map((i) => `"k${i}":1`)
        .join()}}}`,
      undefined,
    ],
    ['repeated keys', 'yaml', `{${many.map(() => `"k":1`).join()}}`, 'DUPLICATE_KEY'],
    ['repeated keys', 'json', `{${many.map(() => `"k":1`).join()}}`, 'DUPLICATE_KEY'],
    ['keys repeated below a long one', 'json', `{"${long}":{${many.map(() => `"k":1`).join()}}}`, 'DUPLICATE_KEY'],
    ['tags', 'yaml', many.map(() => '- !x 1\n').join(''), 'TAG_NOT_ALLOWED'],
    ['aliases', 'yaml', `- &a 1\n${many.map(() => '- *a\n').join('')}`, 'TOO_MANY_ALIASES'],
    [
      'anchors and aliases',
      'yaml',
      many
        .slice(0, 40_000)
        .map((i) => `- [&a${i} 1,*a${i}]\n`)
        .join(''),
      'TOO_MANY_ALIASES',
    ],
    ['faults', 'yaml', many.map(() => '- @x\n').join(''), 'SYNTAX'],
  ])('reads very many %s in %s in a few seconds, and tells of few', (_, format, text, code) => {
    const began = performance.now();
    const { problems, locate } = parseDefinition(text, format);
    for (let i = 0; i < 1_000; i += 1) locate(`/${i % 2 === 0 ? 'k' : long}${i * 7}/x`);
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(problems[0]?.code).toBe(code);
    expect(JSON.stringify(problems).length).toBeLessThan(5_000_000);
  });

  it('keeps __proto__ as data', () => {
    for (const { document } of [yaml('__proto__: {a: 1}'), json('{"__proto__":{"a":1}}')]) {
      expect(Object.keys(document as object)).toEqual(['__proto__']);
      expect(Object.getPrototypeOf(document)).toBe(Object.prototype);
    }
  });

  it.each<[string, 'json' | 'yaml', string, string, number, number]>([
    ['a: 1\nb: 2\na: 3', 'yaml', 'DUPLICATE_KEY', '', 3, 1],
    ['{"a":1,\n "b":{"c":1,"c":2}}', 'json', 'DUPLICATE_KEY', '/b/c', 2, 13],
    ['{"a":1,"\\u0061":2}', 'json', 'DUPLICATE_KEY', '/a', 1, 8],
    ['a: 1\nb: *nope', 'yaml', 'UNKNOWN_ALIAS', '', 2, 4],
    ['a: 1\n---\nb: 2', 'yaml', 'SEVERAL_DOCUMENTS', '', 2, 1],
    ['a: !!str 1', 'yaml', 'TAG_NOT_ALLOWED', '', 1, 10],
    ['a: !x 1', 'yaml', 'TAG_NOT_ALLOWED', '', 1, 4],
    ['a: [1', 'yaml', 'SYNTAX', '', 1, 6],
    ['{"a":1,}', 'json', 'SYNTAX', '', 1, 8],
    ["{'a':1}", 'json', 'SYNTAX', '', 1, 2],
    ['{"a":\n', 'json', 'SYNTAX', '', 2, 1],
    ['{"a": [1, 2 3]}', 'json', 'SYNTAX', '', 1, 13],
    ['["a\nb"]', 'json', 'SYNTAX', '', 1, 2],
    ['[01]', 'json', 'SYNTAX', '', 1, 3],
    ['{} x', 'json', 'SYNTAX', '', 1, 4],
    ['a: 1 # JSON with comments is no JSON', 'json', 'SYNTAX', '', 1, 1],
  ])('tells of %j as %s: %s', (text, format, code, path, line, column) => {
    const { document, problems } = parseDefinition(text, format);
    expect(document).toBeUndefined();
    expect(problems[0]).toMatchObject({ severity: 'error', code, path, line, column });
  });

  it('bounds aliases, size and nesting', () => {
    const laughs = Array.from(
      { length: 9 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 9 }, () => `*a${i}`).join(', ')}]`,
    );
    expect(yaml(['a0: &a0 [x]', ...laughs].join('\n')).problems[0]).toMatchObject({ code: 'TOO_MANY_ALIASES' });
    expect(yaml('a: &a [*a]').problems[0]).toMatchObject({ code: 'ALIAS_OF_ITSELF', line: 1, column: 8 });
    expect(json(`"${'x'.repeat(1024 * 1024)}"`).problems[0]).toMatchObject({ code: 'DEFINITION_TOO_LARGE' });
    const started = performance.now();
    json('['.repeat(500_000) + ']'.repeat(500_000));
    yaml('['.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('merges nothing: << is a key like any other', () => {
    expect(yaml('a: &a {b: 1}\nc: {<<: *a}').document).toEqual({ a: { b: 1 }, c: { '<<': { b: 1 } } });
  });

  it.each<[string, number, number]>([
    ['', 1, 1],
    ['/steps', 3, 1],
    ['/steps/0', 4, 5],
    ['/steps/1/needs/1', 5, 25],
    ['/steps/1/nothing', 5, 5],
    ['/a~1b~0c', 2, 1],
  ])('locates %s in YAML', (path, line, column) => {
    expect(yaml('name: x\na/b~c: 1\nsteps:\n  - id: a\n  - { id: b, needs: [a, c] }\n').locate(path)).toEqual({ line, column });
  });

  it('locates every value of any JSON where it stands', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, isPretty) => {
        const text = JSON.stringify(value, null, isPretty ? 2 : undefined);
        const { document, problems, locate } = json(text);
        expect(problems).toEqual([]);
        expect(document).toEqual(JSON.parse(text));
        const lines = text.split('\n');
        const visit = (node: unknown, path: string): void => {
          if (typeof node !== 'object' || node === null) return;
          for (const [key, member] of Object.entries(node)) {
            const at = pointer(path, key);
            const { line, column } = locate(at) ?? { line: 0, column: 0 };
            const here = lines[line - 1]?.slice(column - 1) ?? '';
            const wanted = Array.isArray(node) ? JSON.stringify(member)[0] : `${JSON.stringify(key)}:`;
            expect(here.startsWith(wanted as string)).toBe(true);
            visit(member, at);
          }
        };
        visit(JSON.parse(text), '');
      }),
      { numRuns: 60 },
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[-{}[\]:,"'a-c0-9 \n&*!|>#%~<]{0,60}$/)),
        (text) => {
          for (const format of ['json', 'yaml'] as const) {
            const { document, problems, locate } = parseDefinition(text, format);
            expect(document === undefined).toBe(problems.length > 0);
            locate('/a/0');
          }
        },
      ),
    );
  });
});
