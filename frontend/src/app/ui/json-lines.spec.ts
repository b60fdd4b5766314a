import { flattenJson, jsonPathOf } from './json-lines';

const texts = (value: unknown, toggled: string[] = []): string[] =>
  flattenJson(value, new Set(toggled)).map(({ depth, name, text }) => `${' '.repeat(depth)}${name ?? ''}=${text}`);

describe('flattenJson', () => {
  it('lists members without the outermost braces, open down to the second level', () => {
    expect(texts({ a: 1, b: { c: { d: { e: true } } } })).toEqual(['a=1', 'b=', ' c=', '  d={ e }']);
  });
  it('folds what was open and opens what was folded', () => {
    expect(texts({ b: { c: 1 } }, ['/b'])).toEqual(['b={ c }']);
    expect(texts({ b: { c: { d: { e: 1 } } } }, ['/b/c/d'])).toContain('   e=1');
  });
  it('shows scalars and empty things as they are', () => {
    expect(texts('x')).toEqual(['="x"']);
    expect(texts(null)).toEqual(['=null']);
    expect(texts({ list: [], none: {} })).toEqual(['list=[]', 'none={}']);
  });
  it('stops after 200 entries and says how many are left', () => {
    const lines = flattenJson(
      Array.from({ length: 10_000 }, (_, index) => index),
      new Set(),
    );
    expect(lines).toHaveLength(201);
    expect(lines.at(-1)?.text).toBe('… 9800 more');
  });
  it('escapes keys in pointers', () => expect(flattenJson({ 'a/b': 1 }, new Set())[0]?.pointer).toBe('/a~1b'));
});

describe('jsonPathOf', () => {
  it('reads as one would write it', () => expect(jsonPathOf('/steps/0/a~1b/id')).toBe('$.steps[0]["a/b"].id'));
});
