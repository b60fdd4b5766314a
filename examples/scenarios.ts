import type { InstanceStatus, Json } from '#libs/engine';

/** An example definition, and the ways in which it is shown and tested. */
export interface Example {
  /** `trip` stands for `examples.trip` in `trip.workflow.yaml`. */
  readonly name: string;
  readonly title: string;
  /** Others of the examples that it starts. */
  readonly uses?: readonly string[];
  readonly scenarios: readonly Scenario[];
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly input: Json;
  readonly acts?: readonly Act[];
  readonly expected: Expected;
}

/** What somebody outside does as soon as the step at `at` waits for it. */
export type Act =
  | { readonly at: string; readonly event: { readonly name: string; readonly key: string; readonly payload: Json } }
  | { readonly at: string; readonly answer: { readonly value: string; readonly comment?: string; readonly by: string } };

export interface Expected {
  readonly status: InstanceStatus;
  readonly output?: Json;
  readonly errorCode?: string;
  /** Attempts of steps, by path. */
  readonly attempts?: Readonly<Record<string, number>>;
  /** Paths of the steps that were undone, in this order. */
  readonly undone?: readonly string[];
  /** Most task steps at work at the same time. */
  readonly atOnce?: number;
}

const items = [
  { sku: 'tea', cents: 450 },
  { sku: 'cup', cents: 800 },
];
const order = { id: 'o-1', customer: 'Ada', items };
const expense = { employee: 'Ben', amount: 250, purpose: 'train tickets' };
const rows = { NO: { orders: 28, cents: 9400 }, PE: { orders: 28, cents: 9950 }, PT: { orders: 26, cents: 9000 } };

export const examples: readonly Example[] = [
  {
    name: 'order',
    title: 'Order processing with retries',
    scenarios: [
      {
        name: 'retried',
        title: 'the bank answers at the third attempt',
        input: order,
        expected: {
          status: 'completed',
          output: { charge: { chargeId: 'ch-o-1', cents: 1250 }, parcel: 'p-o-1' },
          attempts: { charge: 3, ship: 1, mail: 1 },
        },
      },
      {
        name: 'declined',
        title: 'a declined card is not tried again',
        input: { ...order, card: 'declined' },
        expected: { status: 'failed', errorCode: 'CARD_DECLINED', attempts: { charge: 1 } },
      },
      {
        name: 'bank-down',
        title: 'the bank never answers: all five attempts are used up',
        input: { ...order, bankOutages: 5 },
        expected: { status: 'failed', errorCode: 'BANK_TIMEOUT', attempts: { charge: 5 } },
      },
    ],
  },
  {
    name: 'expense',
    title: 'Expense approval: approved, rejected, rejected by itself',
    scenarios: [
      {
        name: 'approved',
        title: 'the manager approves it',
        input: expense,
        acts: [{ at: 'decision', answer: { value: 'approved', comment: 'Fine', by: 'manager' } }],
        expected: { status: 'completed', output: { decision: 'approved', by: 'manager', paid: 250 } },
      },
      {
        name: 'rejected',
        title: 'the manager rejects it',
        input: expense,
        acts: [{ at: 'decision', answer: { value: 'rejected', comment: 'Take the bus', by: 'manager' } }],
        expected: { status: 'completed', output: { decision: 'rejected', by: 'manager', paid: 0 } },
      },
      {
        name: 'auto-rejected',
        title: 'nobody answers within a second',
        input: { ...expense, decideWithin: '1s' },
        expected: { status: 'completed', output: { decision: 'rejected', by: null, paid: 0 } },
      },
    ],
  },
  {
    name: 'dashboard',
    title: 'Three fetches in parallel, one failing',
    scenarios: [
      {
        name: 'one-fails',
        title: 'the news do not answer, the rest is shown',
        input: {},
        expected: {
          status: 'completed',
          output: { missing: ['news'], sales: { today: 1280 }, stock: { items: 42 }, news: null },
          attempts: { 'sources/news/fetch': 2, 'sources/sales/fetch': 1 },
          atOnce: 3,
        },
      },
      {
        name: 'all-answer',
        title: 'all three answer',
        input: { down: 'none' },
        expected: {
          status: 'completed',
          output: { missing: [], sales: { today: 1280 }, stock: { items: 42 }, news: { headlines: 3 } },
        },
      },
    ],
  },
  {
    name: 'campaign',
    title: 'Campaign to many recipients, ten at the same time',
    scenarios: [
      {
        name: 'hundred',
        title: '100 recipients, 4 of which bounce',
        input: { recipients: 100 },
        expected: { status: 'completed', output: { sent: 96, bounced: 4 }, atOnce: 10 },
      },
      {
        name: 'bad-list',
        title: 'every third bounces: more than a tenth is too many',
        input: { recipients: 30, bounceEvery: 3 },
        expected: { status: 'failed', errorCode: 'BOUNCED' },
      },
    ],
  },
  {
    name: 'trip',
    title: 'Trip booking as a saga',
    scenarios: [
      {
        name: 'payment-fails',
        title: 'the card is declined: hotel, then flight, are cancelled',
        input: { traveller: 'Cara', to: 'Lisbon' },
        expected: { status: 'compensated', errorCode: 'CARD_DECLINED', undone: ['hotel', 'flight'] },
      },
      {
        name: 'booked',
        title: 'everything goes well',
        input: { traveller: 'Cara', to: 'Lisbon', card: 'valid' },
        expected: { status: 'completed', output: { traveller: 'Cara', to: 'Lisbon', paid: 50900 }, undone: [] },
      },
    ],
  },
  {
    name: 'trial',
    title: 'Trial reminder with two sleeps',
    scenarios: [
      {
        name: 'reminded',
        title: 'with a second in place of each week',
        input: { email: 'dora@example.com', remindAfter: '1s', endsAfter: '1s' },
        expected: { status: 'completed', output: { email: 'dora@example.com', mails: ['welcome', 'half-way', 'last call'] } },
      },
    ],
  },
  {
    name: 'payment',
    title: 'Payment that succeeds, fails or expires',
    scenarios: [
      {
        name: 'success',
        title: 'the provider says that it succeeded',
        input: { order: 'o-17', cents: 4200 },
        acts: [{ at: 'answer', event: { name: 'payment.succeeded', key: 'o-17', payload: null } }],
        expected: { status: 'completed', output: { order: 'o-17', status: 'paid' } },
      },
      {
        name: 'failed',
        title: 'the provider says that it failed',
        input: { order: 'o-18', cents: 4200 },
        acts: [{ at: 'answer', event: { name: 'payment.failed', key: 'o-18', payload: { reason: 'no funds' } } }],
        expected: { status: 'completed', output: { order: 'o-18', status: 'failed' } },
      },
      {
        name: 'expired',
        title: 'the provider says nothing for a second',
        input: { order: 'o-19', cents: 4200, expiresAfter: '1s' },
        expected: { status: 'completed', output: { order: 'o-19', status: 'expired' } },
      },
    ],
  },
  {
    name: 'parent',
    title: 'Parent and child',
    uses: ['child'],
    scenarios: [
      {
        name: 'delivered',
        title: 'the parent goes on with what its child returned',
        input: { parcel: 'p-1', km: 12 },
        expected: { status: 'completed', output: { parcel: 'p-1', cents: 740 } },
      },
      {
        name: 'child-fails',
        title: 'the child fails, and so does its parent',
        input: { parcel: 'p-2', km: 12, nobodyHome: true },
        expected: { status: 'failed', errorCode: 'CHILD_FAILED' },
      },
    ],
  },
  {
    name: 'etl',
    title: 'ETL: a DAG of scripts',
    scenarios: [
      {
        name: 'loaded',
        title: 'three sources side by side, cleaned, joined, loaded',
        input: { day: '2026-01-01' },
        expected: { status: 'completed', output: { day: '2026-01-01', loaded: 3, rows }, attempts: { load: 1, tidy: 1 } },
      },
      {
        name: 'warehouse-down',
        title: 'the warehouse is down: somebody is told, and it is tidied up all the same',
        input: { day: '2026-01-01', warehouse: 'down' },
        expected: { status: 'failed', errorCode: 'WAREHOUSE_DOWN', attempts: { load: 2, alarm: 1, tidy: 1 } },
      },
    ],
  },
  {
    name: 'pipeline',
    title: 'Data pipeline that branches on its source',
    scenarios: [
      {
        name: 'api',
        title: 'started with {"source": "api"}',
        input: { source: 'api' },
        expected: { status: 'completed', output: { source: 'api', stored: 2, totals: { Lima: 7, Oslo: 5 } } },
      },
      {
        name: 'file',
        title: 'started with {"source": "file"}',
        input: { source: 'file' },
        expected: { status: 'completed', output: { source: 'file', stored: 1, totals: { Rome: 2 } } },
      },
      {
        name: 'unknown',
        title: 'a source nobody knows',
        input: { source: 'fax' },
        expected: { status: 'failed', errorCode: 'UNKNOWN_SOURCE' },
      },
    ],
  },
  {
    name: 'diamond',
    title: 'Two steps side by side, joined by a third',
    scenarios: [
      {
        name: 'joined',
        title: 'both halves of 11',
        input: { n: 11 },
        expected: { status: 'completed', output: { n: 11 }, atOnce: 2 },
      },
    ],
  },
  {
    name: 'weather',
    title: 'Call of a web service that may be missing',
    scenarios: [
      {
        name: 'unreachable',
        title: 'a service that does not exist',
        input: { url: 'https://weather.invalid/' },
        expected: { status: 'completed', output: { reached: false, status: 0 }, attempts: { fetch: 2 } },
      },
    ],
  },
];
