import fc from 'fast-check';
import { storable } from './storable.js';
import { storableFaults } from './storable-faults.js';

describe('storable', () => {
  it('returns a clean value itself, without a note', () => {
    const value = { a: [1, 'x', null, { b: true }], c: 9007199254740991 };
    expect(storable(value)).toEqual({ value });
    expect(storable(value).value).toBe(value);
  });

  it.each<[string, unknown, unknown, string]>([
    ['U+0000', { a: 'x\0y' }, { a: 'x\uFFFDy' }, '/a: U+0000'],
    ['a lone surrogate', ['\ud800'], ['\uFFFD'], '/0: U+0000 or a lone surrogate'],
    ['a key with U+0000', { 'k\0': 1 }, { 'k\uFFFD': 1 }, '/k\uFFFD: '],
    ['NaN', [Number.NaN], [null], 'NaN became null'],
    ['an infinity', JSON.parse('[-1e999]'), [null], '-Infinity became null'],
    ['an integer beyond 2^53', JSON.parse('{"n":9007199254740993}'), { n: '9007199254740992' }, '/n: a number beyond 2^53'],
    ['a huge double', 1e300, BigInt(1e300).toString(), 'beyond 2^53'],
    ['a large bigint', 2n ** 60n, '1152921504606846976', 'beyond 2^53'],
    ['a function', { f: () => 1 }, { f: null }, '/f: a function became null'],
  ])('replaces %s and says so', (_what, value, stored, note) => {
    const result = storable(value);
    expect(result.value).toEqual(stored);
    expect(result.note).toContain(note);
  });

  it('turns what JSON.stringify turns, without a note', () => {
    const at = new Date('2026-01-02T03:04:05Z');
    expect(storable({ at, gone: undefined, n: 5n, list: [undefined] })).toEqual({
      value: { at: '2026-01-02T03:04:05.000Z', n: 5, list: [null] },
    });
    expect(storable(undefined)).toEqual({ value: null });
  });

  it('cuts what lies deeper than 64 levels, and ends on cycles', () => {
    const cycle: Record<string, unknown> = {};
    cycle['left'] = cycle;
    expect(storable(cycle).note).toContain('deeper than 64 levels');
    const deep = JSON.parse(`${'['.repeat(70)}${']'.repeat(70)}`) as unknown;
    expect(JSON.stringify(storable(deep).value)).toBe(`${'['.repeat(64)}null${']'.repeat(64)}`);
  });

  it('ends on a small graph that would unfold without end', () => {
    let knot: unknown = 1;
    for (let i = 0; i < 60; i++) knot = [knot, knot];
    expect(storable(knot).note).toContain('beyond the number of values');
  });

  it('keeps keys such as __proto__ as data and pollutes nothing', () => {
    const hostile = JSON.parse('{"__proto__":{"polluted":"\\u0000"},"constructor":{"prototype":{"polluted":1}}}') as object;
    const { value } = storable(hostile);
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":"\uFFFD"},"constructor":{"prototype":{"polluted":1}}}');
  });

  it('always gives a value without faults, and the same one when applied again', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withNullPrototype: true,
      withSparseArray: true,
      withMap: true,
    });
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.oneof(anything, fc.array(text), fc.dictionary(text, fc.double())), (value) => {
        const stored = storable(value).value;
        expect(storableFaults(stored)).toEqual([]);
        expect(storable(stored)).toEqual({ value: stored });
      }),
    );
  });
});

describe('storableFaults', () => {
  it('names the place of every fault', () => {
    const value = JSON.parse('{"a/b":["x\\u0000",1e400,9007199254740993],"k\\ud800":1,"ok":[1.5,-0,"é"]}') as unknown;
    expect(storableFaults(value).map((fault) => fault.path)).toEqual(['/a~1b/0', '/a~1b/1', '/a~1b/2', '/k\ud800']);
  });

  it('refuses more than 64 levels and lists at most 100 faults', () => {
    expect(storableFaults(JSON.parse(`${'['.repeat(65)}${']'.repeat(65)}`))).toHaveLength(1);
    expect(storableFaults(JSON.parse(`${'['.repeat(64)}${']'.repeat(64)}`))).toEqual([]);
    expect(storableFaults(Array.from({ length: 300 }, () => '\0'))).toHaveLength(100);
  });

  it('finds a fault exactly where storable leaves a note', () => {
    const text = fc.string({ unit: 'binary' });
    const number = fc.oneof(fc.double(), fc.maxSafeInteger());
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        text,
        number,
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(text, tie('value')),
      ),
    })).value;
    fc.assert(fc.property(json, (value) => expect(storableFaults(value).length > 0).toBe(storable(value).note !== undefined)));
  });
});
