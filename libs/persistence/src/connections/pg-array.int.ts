import { serverUrl } from '../testing/test-database.js';
import { createHotPool } from './hot-pool.js';
import { bigintArray, intArray, type PgArray, textArray, uuidArray } from './pg-array.js';

const ids = [
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '01890a5d-ac96-774b-bcce-b302099a8057',
];
const text = [
  '',
  'NULL',
  '{,}',
  'say "x"',
  'c:\\d',
  'Zürich',
  '🧵'.repeat(7),
  'long and plain '.repeat(9_000),
  'long, ünd not '.repeat(9_000),
];

describe('binary arrays', () => {
  const pool = createHotPool(serverUrl);
  afterAll(() => pool.end());

  const back = async (type: string, array: PgArray): Promise<unknown> =>
    (await pool.query<{ all: unknown }>(`SELECT to_json($1::${type}[]) AS all`, [array])).rows[0]!.all;

  it.each([
    ['int', intArray, [0, 1, -1, null, 2 ** 31 - 1, -(2 ** 31)]],
    ['bigint', bigintArray, [0, 1, -1, null, 1_763_700_000_000, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -(2 ** 32)]],
    ['uuid', uuidArray, [...ids, null]],
    ['text', textArray, [...text, null]],
    ['text', textArray, []],
    ['text', textArray, Array.from({ length: 5_000 }, (_, i) => `${'x'.repeat(i % 60)}ä${i}`)],
  ] as const)('%s[] comes back as it was', async (type, write, elements) => {
    expect(await back(type, (write as (all: typeof elements) => PgArray)(elements))).toEqual(elements);
  });

  it.each([
    ['int', intArray([2 ** 31]), '22003'],
    ['uuid', uuidArray(['order-17']), '22P02'],
    ['text', textArray(['a\0b']), '22021'],
  ])('what no %s[] can hold is refused as data', async (type, array, code) => {
    await expect(back(type, array)).rejects.toMatchObject({ code });
  });
});
