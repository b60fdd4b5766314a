import { deliveryFacts, type HandlingOutcome, settlementOf } from './acknowledgement.js';

describe('settlementOf', () => {
  const table: [HandlingOutcome, string, string, string][] = [
    // outcome, first delivery, second, third
    ['applied', 'ack', 'ack', 'ack'],
    ['refused', 'ack', 'ack', 'ack'],
    ['handedBack', 'ack', 'ack', 'ack'],
    ['unreadable', 'deadLetter', 'deadLetter', 'deadLetter'],
    ['unknownVersion', 'requeue', 'requeue', 'deadLetter'],
    ['notOurs', 'requeue', 'requeue', 'requeue'],
    ['unavailable', 'requeue', 'requeue', 'requeue'],
    ['crashed', 'requeue', 'deadLetter', 'deadLetter'],
  ];
  it.each(table)('%s: %s, then %s, then %s', (outcome, ...expected) => {
    expect([1, 2, 3].map((deliveries) => settlementOf(outcome, { deliveries }))).toEqual(expected);
  });
});

describe('deliveryFacts', () => {
  it.each([
    ['a first delivery', { redelivered: false, headers: {} }, 1],
    ['a second one of a classic queue', { redelivered: true, headers: {} }, 2],
    ['a fourth one of a quorum queue', { redelivered: true, headers: { 'x-delivery-count': 3 } }, 4],
    ['a count that is none', { redelivered: true, headers: { 'x-delivery-count': 'many' } }, 2],
  ])('counts %s', (_what, delivery, deliveries) => {
    expect(deliveryFacts(delivery)).toEqual({ deliveries });
  });
});
