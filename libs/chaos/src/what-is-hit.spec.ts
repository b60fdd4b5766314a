import { exchanges, stepQueue } from '#libs/contracts';
import { stepsIn, whereOf, whereOfDelivery } from './what-is-hit.js';

const content = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const envelope = (...definitions: unknown[]): Buffer =>
  content({ items: definitions.map((definition) => ({ instanceId: 'i', path: 'a', definition })) });
const definitionsOf = (of: Buffer) => whereOfDelivery({ queue: stepQueue('fast', 'mail.send'), content: of }, true).definitions;

/** What a broker may deliver, whoever has sent it. */
const odd = ['', '{', 'null', '7', '{}', '{"items":7}', '{"items":"text"}', '{"items":[]}', '{"items":[null]}', '{"items":[7]}'];

describe('what is hit', () => {
  it('is a queue, and the definitions of all steps of an envelope when they are asked for', () => {
    const where = { queue: 'fast', definitions: ['a', 'b'] };
    const sent = { exchange: exchanges.steps, routingKey: 'fast.mail.send', content: envelope('a', 'b', 'a') };
    expect(whereOf(sent, true)).toEqual(where);
    expect(whereOf(sent, false)).toEqual({ queue: 'fast' });
    expect(whereOfDelivery({ queue: stepQueue('fast', 'mail.send'), content: sent.content }, true)).toEqual(where);
  });

  it('is not known of what is no step command', () => {
    expect(whereOf({ exchange: exchanges.partitions, routingKey: 'p.0', content: envelope('a') }, true)).toEqual({});
    expect(whereOfDelivery({ queue: 'orquestra.partition.1.0', content: envelope('a') }, true)).toEqual({});
  });

  it('is of no definition when one step does not say whose it is', () => {
    expect(definitionsOf(envelope('a', undefined))).toEqual([]);
    expect(definitionsOf(envelope(7, 'a'))).toEqual([]);
  });

  it.each(odd)('is of no definition and no step when it is no envelope: %s', (text) => {
    expect([definitionsOf(content(text)), stepsIn(content(text))]).toEqual([[], []]);
  });

  it('names the steps of an envelope', () => {
    const item = { instanceId: 'i', path: 'a' };
    expect(stepsIn(content({ items: [item, { path: 'b' }, null, { ...item, path: 'c' }] }))).toEqual([
      item,
      { ...item, path: 'c' },
    ]);
  });
});
