import { z } from 'zod';
import { decodeEnvelope, encodeEnvelope, maxMessageBytes } from './codec.js';

const schema = z.object({ v: z.literal(1), items: z.array(z.json()) });
const decode = (body: string | Buffer) => decodeEnvelope(Buffer.from(body as string), schema);

describe('decodeEnvelope', () => {
  it('reads back what encodeEnvelope wrote', () => {
    const value = { v: 1, items: ['ä€𝄞', { a: [null, 1.5, 'quote " and \\'] }] };
    expect(decodeEnvelope(encodeEnvelope(value), schema)).toEqual({ ok: true, value });
  });

  it.each([
    ['an empty body', Buffer.alloc(0), 'empty'],
    ['no JSON', 'hello', 'notJson'],
    ['half a document', '{"v":1,"items":[', 'notJson'],
    ['invalid UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), 'notUtf8'],
    ['a gzip body', Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0]), 'notUtf8'],
    ['100,000 levels of nesting', '['.repeat(100_000) + ']'.repeat(100_000), 'tooDeep'],
    ['100,000 levels of unclosed objects', '{"a":'.repeat(100_000), 'tooDeep'],
    ['more than a broker takes', Buffer.alloc(maxMessageBytes + 1, 0x20), 'tooLarge'],
    ['another version', '{"v":2,"items":[]}', 'wrongVersion'],
    ['another shape', '{"v":1,"items":7}', 'wrongShape'],
    ['null', 'null', 'wrongShape'],
  ])('says why it cannot read %s, and does not throw', (_what, body, code) => {
    const decoded = decode(body);
    expect(decoded).toMatchObject({ ok: false, code });
    expect(decoded.ok ? '' : decoded.reason).not.toBe('');
  });

  it('names the place that does not fit', () => {
    const decoded = decodeEnvelope(
      Buffer.from('{"v":1,"items":[{"id":5}]}'),
      z.object({ items: z.array(z.object({ id: z.string() })) }),
    );
    expect(decoded).toMatchObject({ ok: false, reason: expect.stringContaining('items.0.id') });
  });

  it('does not count brackets inside strings, escaped quotes included', () => {
    const text = `${'[{'.repeat(600)}\\"${'['.repeat(600)}\\\\`;
    expect(decode(JSON.stringify({ v: 1, items: [text, 'x\\'] }))).toEqual({ ok: true, value: { v: 1, items: [text, 'x\\'] } });
  });

  it('takes what the quick check says yes to, and asks the schema about everything else', () => {
    const content = encodeEnvelope({ v: 1, items: [], more: 1 });
    expect(decodeEnvelope(content, schema, () => true)).toEqual({ ok: true, value: { v: 1, items: [], more: 1 } });
    expect(decodeEnvelope(content, schema, () => false)).toEqual({ ok: true, value: { v: 1, items: [] } });
    expect(decodeEnvelope(Buffer.from('{"v":2}'), schema, () => false)).toMatchObject({ ok: false, code: 'wrongVersion' });
  });

  it('tells a wide document from a deep one', () => {
    const wide = { v: 1, items: Array.from({ length: 1_000 }, () => ({ a: [] })) };
    expect(decode(JSON.stringify(wide))).toEqual({ ok: true, value: wide });
    expect(decode(`{"v":1,"items":[${'['.repeat(499)}${']'.repeat(499)}]}`)).toMatchObject({ ok: false, code: 'tooDeep' });
  });

  it('survives a schema that fails by an exception', () => {
    const broken = z.string().transform(() => {
      throw new Error('a bug');
    });
    expect(decodeEnvelope(Buffer.from('"x"'), broken)).toMatchObject({ ok: false, code: 'wrongShape' });
  });
});
