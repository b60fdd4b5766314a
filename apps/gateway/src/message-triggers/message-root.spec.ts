import type { Delivery } from '#libs/messaging';
import { fingerprintOf, openForTrigger } from './message-root.js';

const delivery = (more: Partial<Delivery> = {}): Delivery => ({
  ...{ queue: 'q', exchange: 'shop', routingKey: 'order.placed', redelivered: false, headers: {} },
  content: Buffer.from('{"order":"o-1"}'),
  settle: () => undefined,
  ...more,
});
const attributes = { specversion: '1.0', id: 'e-1', source: '/shop', type: 'order.placed' };

describe('openForTrigger', () => {
  it('shows everything of a message, and null for what it does not have', () => {
    expect(openForTrigger(delivery())).toEqual({
      id: undefined,
      root: {
        ...{ body: { order: 'o-1' }, headers: {}, exchange: 'shop', routingKey: 'order.placed' },
        ...{ contentType: null, messageId: null, timestamp: null },
      },
    });
    const table = { shop: 'north', n: 3, isNew: true, nested: { a: 1 }, bytes: Buffer.of(1) };
    const full = { messageId: 'm-1', contentType: 'application/json', timestamp: 1_798_794_000, headers: table };
    expect(openForTrigger(delivery(full))).toMatchObject({
      id: 'm-1',
      root: { messageId: 'm-1', timestamp: '2027-01-01T09:00:00.000Z', headers: { shop: 'north', n: 3, isNew: true } },
    });
    expect(Object.keys(openForTrigger(delivery(full)).root['headers'] as object)).toEqual(['shop', 'n', 'isNew']);
  });

  it.each<[string, string | undefined, string, unknown]>([
    ['JSON', 'application/json', '[1]', [1]],
    ['JSON without a type', undefined, '{"a":1}', { a: 1 }],
    ['JSON as octets', 'application/octet-stream', '7', 7],
    ['text', 'text/plain', '7', '7'],
    ['text without a type', undefined, 'hello', 'hello'],
    ['XML', 'application/xml', '<a/>', '<a/>'],
    ['nothing', undefined, '', ''],
  ])('reads %s', (_what, contentType, content, body) => {
    expect(openForTrigger(delivery({ contentType, content: Buffer.from(content) })).root.body).toEqual(body);
  });

  it('shows a CloudEvent alike, whichever way it came', () => {
    const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`cloudEvents:${name}`, value]));
    const binary = openForTrigger(delivery({ headers }));
    const content = Buffer.from(JSON.stringify({ ...attributes, data: { order: 'o-1' } }));
    const structured = openForTrigger(delivery({ content, contentType: 'application/cloudevents+json' }));
    expect(structured).toEqual(binary);
    expect(binary).toMatchObject({
      id: '/shop e-1',
      root: { messageId: 'e-1', headers: { 'cloudEvents:type': 'order.placed' } },
    });
  });

  it.each<[string, Partial<Delivery>, string]>([
    ['JSON that is none', { contentType: 'application/json', content: Buffer.from('{') }, 'BODY_INVALID'],
    ['bytes that are no text', { content: Buffer.of(0xff) }, 'BODY_INVALID'],
    ['too much', { content: Buffer.alloc(1024 * 1024 + 1) }, 'BODY_TOO_LARGE'],
    ['a text with U+0000', { content: Buffer.from('a\0') }, 'VALUE_NOT_STORABLE'],
    ['half a CloudEvent', { headers: { 'cloudEvents:specversion': '1.0' } }, 'CLOUD_EVENT_INVALID'],
  ])('refuses %s', (_what, more, code) => {
    expect(() => openForTrigger(delivery(more))).toThrow(expect.objectContaining({ code }));
  });
});

describe('fingerprintOf', () => {
  it('is that of a redelivery, and not of another message', () => {
    const first = fingerprintOf(delivery());
    expect(fingerprintOf(delivery({ redelivered: true, headers: { 'x-delivery-count': 2 } }))).toBe(first);
    for (const other of [
      { routingKey: 'x' },
      { content: Buffer.from('{}') },
      { headers: { a: 1 } },
      { timestamp: 1 },
      { queue: 'r' },
    ])
      expect(fingerprintOf(delivery(other))).not.toBe(first);
  });
});
