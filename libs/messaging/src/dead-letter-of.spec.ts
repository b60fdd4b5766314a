import { deadLetterOf } from './dead-letter-of.js';
import type { Delivery } from './transport.js';

const delivery = (more: Partial<Delivery>): Delivery =>
  ({ queue: 'q', exchange: 'e', routingKey: 'k', content: Buffer.from('x'), headers: {}, ...more }) as Delivery;

describe('deadLetterOf', () => {
  it('says where a message was, and keeps its plain headers', () => {
    const headers = { n: 1, text: 'a', is: true, table: { a: 1 }, 'x-death': 'forged' };
    expect(deadLetterOf(delivery({ headers, messageId: 'm' }))).toMatchObject({
      routingKey: 'k',
      messageId: 'm',
      mandatory: true,
    });
    expect(deadLetterOf(delivery({ headers })).headers).toEqual({
      ...{ n: 1, text: 'a', is: true },
      ...{ 'x-first-death-reason': 'rejected', 'x-first-death-exchange': 'e', 'x-first-death-queue': 'q' },
    });
  });

  it('leaves out what would not fit into a message again, which would come for ever', () => {
    const grown = Buffer.alloc(100, 0xff).toString(); // not UTF-8: three bytes for one
    const headers = { ['h'.repeat(256)]: 1, big: 'x'.repeat(70_000), after: 1 };
    const letter = deadLetterOf(delivery({ messageId: grown, contentType: grown, routingKey: grown, headers }));
    expect(letter).not.toHaveProperty('messageId');
    expect(letter).not.toHaveProperty('contentType');
    expect(letter.routingKey).toBe('');
    expect(Object.keys(letter.headers)).toEqual(['x-first-death-reason', 'x-first-death-exchange', 'x-first-death-queue']);
  });
});
