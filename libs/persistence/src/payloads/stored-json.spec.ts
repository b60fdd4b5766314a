import fc from 'fast-check';
import { canonicalJson, type Json } from '#libs/engine';
import {
  inlineOrSize,
  Payloads,
  readStored,
  readStoredValue,
  refOf,
  refsIn,
  writeStored,
  writeStoredValue,
} from './stored-json.js';

const id = '01890000-0000-7000-8000-000000000001';
const big = 'x'.repeat(70_000);
const contentsOf = (payloads: Payloads): Map<string, string> => new Map(payloads.rows.map((row) => [refOf(row), row.content]));

function roundTrip(value: unknown): { text: string; payloads: Payloads; back: unknown } {
  const payloads = new Payloads();
  const text = writeStored(id, value, payloads);
  return { text, payloads, back: readStored(text, contentsOf(payloads)) };
}

describe('stored JSON', () => {
  it('leaves what is small as it is', () => {
    const { text, payloads } = roundTrip({ output: { b: 1, a: [2] }, token: 3 });
    expect(text).toBe('{"output":{"a":[2],"b":1},"token":3}');
    expect(payloads.rows).toEqual([]);
  });

  it('puts a big value of the user elsewhere, once, and names it', () => {
    const { text, payloads, back } = roundTrip({
      output: big,
      undo: { task: 't', input: big },
      event: { name: 'e', payload: [big] },
    });
    expect(back).toEqual({ output: big, undo: { task: 't', input: big }, event: { name: 'e', payload: [big] } });
    expect(payloads.rows.map(({ instanceId, size }) => [instanceId, size])).toEqual([
      [id, 70_002],
      [id, 70_004],
    ]);
    const { sha256 } = payloads.rows[0]!;
    const stored = JSON.parse(text) as Record<string, Record<string, unknown>>;
    expect(stored['output']).toEqual({ $payload: { ref: `${id}/${sha256}`, size: 70_002, sha256 } });
    expect(stored['event']!['payload']).toMatchObject({ $payload: { length: 1 } });
    expect(refsIn([text]).map((ref) => ref.size)).toEqual([70_004, 70_002, 70_002]);
  });

  it('counts bytes, not characters', () => {
    expect(roundTrip({ output: 'é'.repeat(40_000) }).payloads.rows).toHaveLength(1);
    expect(roundTrip({ output: 'e'.repeat(40_000) }).payloads.rows).toEqual([]);
  });

  it.each([
    { $payload: { ref: 'a/b', size: 1, sha256: 'b' } },
    { $payload: { literal: 1 } },
    { $payload: 1 },
    { $payload: {}, other: 1 },
    { inner: { $payload: { ref: 'a/b' } } },
    [{ $payload: { ref: 'a/b' } }],
    'a text with "$payload" in it',
  ])('never takes a value of the user for a reference: %j', (value) => {
    expect(roundTrip({ output: value, failure: { details: value, message: 'm' } }).back).toEqual({
      output: value,
      failure: { details: value, message: 'm' },
    });
    const payloads = new Payloads();
    const text = writeStoredValue(id, value, payloads);
    expect(refsIn([text], true)).toEqual([]);
    expect(readStoredValue(text, contentsOf(payloads))).toEqual(value);
  });

  it('stores a whole value apart when it is big', () => {
    const payloads = new Payloads();
    const text = writeStoredValue(id, { data: big }, payloads);
    expect(text.length).toBeLessThan(300);
    expect(refsIn([text], true)).toHaveLength(1);
    expect(readStoredValue(text, contentsOf(payloads))).toEqual({ data: big });
  });

  it('says which payload is gone', () => {
    expect(() => readStored(roundTrip({ output: big }).text, new Map())).toThrow(/expected payload .* to be stored/);
  });

  it.each<Json>([null, 7, [], {}, { ref: 1 }, { ref: 'a/b' }, { ref: `${id}/b`, sha256: 'b', size: 1 }])(
    'asks for nothing where somebody has written over a reference: %j',
    (inner) => {
      const text = JSON.stringify({ output: { $payload: inner } });
      expect(refsIn([text])).toEqual([]);
      expect(inlineOrSize({ $payload: inner })).toEqual({ value: { $payload: inner } });
      expect(() => readStored(text, new Map())).toThrow();
    },
  );

  it('gives back any data as it was', () => {
    const member = fc.constantFrom('output', 'input', 'message', '$payload', 'literal', 'details', 'token', 'items', 'ref');
    const { value } = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<Json>(big, 1, null, '"$payload"', ''),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(member, tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(value, (data) => {
        expect(canonicalJson(roundTrip(data).back)).toBe(canonicalJson(data));
        const payloads = new Payloads();
        const whole = writeStoredValue(id, data, payloads);
        expect(canonicalJson(readStoredValue(whole, contentsOf(payloads)))).toBe(canonicalJson(data));
      }),
      { numRuns: 500 },
    );
  });
});
