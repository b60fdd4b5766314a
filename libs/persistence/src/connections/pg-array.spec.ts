import { bigintArray, intArray, plainArray, textArray, textLiteral, uuidArray } from './pg-array.js';

describe('array literals', () => {
  it('hold numbers and nulls plainly', () => {
    expect(plainArray([1, null, 'a-b', 0])).toBe('{1,NULL,a-b,0}');
    expect(plainArray([])).toBe('{}');
  });

  it('hold any text: quotes, backslashes, commas, braces, and the text NULL', () => {
    expect(textLiteral(['a', 'NULL', '', '{,}', 'say "x"', 'c:\\d'])).toBe('{"a","NULL","","{,}","say \\"x\\"","c:\\\\d"}');
  });
});

describe('binary arrays', () => {
  it('have the header of an array of one dimension, and every element behind its length', () => {
    expect(intArray([7, null, -1])).toEqual(
      Buffer.from(
        '00000001 00000001 00000017 00000003 00000001 00000004 00000007 ffffffff 00000004 ffffffff'.replaceAll(' ', ''),
        'hex',
      ),
    );
    expect(textArray([])).toEqual(Buffer.from('00000000 00000001 00000019'.replaceAll(' ', ''), 'hex'));
  });

  it.each([
    ['a fraction', intArray([1, 1.5]), '{1,1.5}'],
    ['a number beyond 32 bits', intArray([2 ** 31]), '{2147483648}'],
    ['an unsafe integer', bigintArray([2 ** 53]), '{9007199254740992}'],
    [
      'a text that is no uuid',
      uuidArray(['01890a5d-ac96-774b-bcce-b302099a805g', null]),
      '{01890a5d-ac96-774b-bcce-b302099a805g,NULL}',
    ],
    [
      'a uuid with letters of other alphabets',
      uuidArray(['01890a5d-ac96-774b-bcce-b302099aа0ее']),
      '{01890a5d-ac96-774b-bcce-b302099aа0ее}',
    ],
    ['a uuid without dashes', uuidArray(['01890a5dac96774bbcceb302099a8057']), '{01890a5dac96774bbcceb302099a8057}'],
  ])('leave %s for the server to refuse', (_what, written, literal) => expect(written).toBe(literal));
});
