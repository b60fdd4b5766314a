import type { Delivery, Settlement } from './transport.js';

/** How the handling of one delivery ended. */
export type HandlingOutcome =
  /** Everything that follows from it is stored or confirmed. */
  | 'applied'
  /** It no longer fits (late, duplicate, unknown attempt), and that is written down. */
  | 'refused'
  /** Its items went back to their owner, confirmed. */
  | 'handedBack'
  /** It does not parse. */
  | 'unreadable'
  /** Its schema version is newer than this process. */
  | 'unknownVersion'
  /** The partition has moved on, or this process is ending. */
  | 'notOurs'
  /** Broken infrastructure: the store or the broker could not be reached. */
  | 'unavailable'
  /** An error of ours, caused by this message. */
  | 'crashed';

export interface DeliveryFacts {
  /** How often it was delivered, this time included; from 1. */
  readonly deliveries: number;
}

interface Rule {
  readonly settlement: Settlement;
  /** Another consumer gets this many tries before the last resort. */
  readonly until?: { readonly deliveries: number; readonly then: Settlement };
}

const rules: Readonly<Record<HandlingOutcome, Rule>> = {
  applied: { settlement: 'ack' },
  refused: { settlement: 'ack' },
  handedBack: { settlement: 'ack' },
  unreadable: { settlement: 'deadLetter' },
  // during a rolling upgrade a newer neighbour may be able to read it
  unknownVersion: { settlement: 'requeue', until: { deliveries: 3, then: 'deadLetter' } },
  // waiting in its queue costs nothing, whoever comes next takes it
  notOurs: { settlement: 'requeue' },
  unavailable: { settlement: 'requeue' },
  crashed: { settlement: 'requeue', until: { deliveries: 2, then: 'deadLetter' } },
};

/** What becomes of a delivery. Never decided by the broker: its own limits also count consumers that merely died. */
export function settlementOf(outcome: HandlingOutcome, facts: DeliveryFacts): Settlement {
  const { settlement, until } = rules[outcome];
  return until !== undefined && facts.deliveries >= until.deliveries ? until.then : settlement;
}

/** Quorum queues count deliveries; of a classic queue only "at least twice" is known. */
export function deliveryFacts(delivery: Pick<Delivery, 'redelivered' | 'headers'>): DeliveryFacts {
  const counted = delivery.headers['x-delivery-count'];
  if (typeof counted === 'number' && counted >= 0) return { deliveries: counted + 1 };
  return { deliveries: delivery.redelivered ? 2 : 1 };
}
