import { plainArray, textArray } from './pg-array.js';

describe('array literals', () => {
  it('hold numbers and nulls plainly', () => {
    expect(plainArray([1, null, 'a-b', 0])).toBe('{1,NULL,a-b,0}');
    expect(plainArray([])).toBe('{}');
  });

  it('hold any text: quotes, backslashes, commas, braces, and the text NULL', () => {
    expect(textArray(['a', null, 'NULL', '', '{,}', 'say "x"', 'c:\\d'])).toBe(
      '{"a",NULL,"NULL","","{,}","say \\"x\\"","c:\\\\d"}',
    );
  });
});
