import { v7 as uuidv7 } from 'uuid';
import { lowestIdAt, prefixBounds } from './uuid-bounds.js';

describe('lowestIdAt', () => {
  it('lies between the ids of the moment before and those of the moment', () => {
    const ms = 1_763_700_000_123;
    expect(lowestIdAt(ms) <= uuidv7({ msecs: ms, seq: 0 })).toBe(true);
    expect(lowestIdAt(ms) > uuidv7({ msecs: ms - 1, seq: 0xffff_ffff })).toBe(true);
    expect(lowestIdAt(ms)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('takes moments before 1970 for the beginning', () => {
    expect(lowestIdAt(-5)).toBe('00000000-0000-0000-0000-000000000000');
  });
});

describe('prefixBounds', () => {
  it('spans all ids that begin so, dashes or not', () => {
    const bounds = { low: '019a1234-5000-0000-0000-000000000000', high: '019a1234-5fff-ffff-ffff-ffffffffffff' };
    expect(prefixBounds('019a1234-5')).toEqual(bounds);
    expect(prefixBounds('019A12345')).toEqual(bounds);
  });

  it.each(['g', "'", '0'.repeat(33)])('knows no id that begins with %s', (prefix) => {
    expect(prefixBounds(prefix)).toBeUndefined();
  });
});
