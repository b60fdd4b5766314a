// What the pictures show: a shop with its orders and refunds.
import { setTimeout as delay } from 'node:timers/promises';

/** An ordinary day, in a few minutes: more and less, a few that fail, some that wait. */
export async function traffic(client, minutes) {
  const until = Date.now() + minutes * 60_000;
  for (let count = 0; Date.now() < until; count++) {
    await client.startInstance(requests[count % requests.length](2_000 + count));
    await delay(120 + 700 * (1 + Math.sin(count / 25)));
  }
}

const customers = ['Ana Lima', 'Bo Chen', 'Carla Rossi', 'Dev Patel', 'Eva Novak', 'Femi Ade', 'Gus Berg'];
const customer = (number) => customers[(number + Math.floor(number / requests.length)) % customers.length];

function shopOrder(number) {
  const input = { id: `A-${number}`, customer: customer(number), card: number % 29 === 0 ? 'declined' : 'fine' };
  return { definition: 'shop.order', version: '1.3.0', key: input.id, input };
}

const requests = [
  shopOrder,
  shopOrder,
  (number) => ({ definition: 'examples.etl', input: { day: `2026-${String(1 + (number % 12)).padStart(2, '0')}-01` } }),
  shopOrder,
  (number) => ({ definition: 'examples.diamond', input: { n: number } }),
  shopOrder,
  (number) => ({ definition: 'shop.refund', key: `R-${number}`, input: { id: `R-${number}`, customer: customer(number) } }),
];

/** An order from the check to the parcel. @param work how long it takes to pack */
export function order(version, work) {
  const simulate = (id, needs, duration, more = {}) => ({ id, task: 'simulate', needs, input: { duration, ...more } });
  return {
    name: 'shop.order',
    version,
    title: 'Order',
    description: 'From the check of an order to the parcel at the door; the card is charged while the parcel is packed.',
    summary: 'Order ${input.id} for ${input.customer}',
    input: {
      schema: {
        type: 'object',
        required: ['id', 'customer', 'card'],
        properties: { id: { type: 'string' }, customer: { type: 'string' }, card: { enum: ['fine', 'slow', 'declined'] } },
      },
    },
    steps: [
      simulate('validate', [], '150ms'),
      simulate('reserve-stock', ['validate'], '400ms', { output: { shelf: 'C-14' } }),
      simulate('check-fraud', ['validate'], '700ms', { output: { score: 0.03 } }),
      {
        ...simulate('charge-card', ['check-fraud'], '600ms', {
          failTimes: '${input.card == "fine" ? 0 : 9}',
          failWith: {
            code: '${input.card == "declined" ? "CARD_DECLINED" : "BANK_TIMEOUT"}',
            message: 'The bank did not agree in time',
          },
          output: { chargeId: 'ch-${input.id}' },
        }),
        retry: { maxAttempts: 5, delay: '5m', factor: 2, maxDelay: '1h', jitter: 0, nonRetryable: ['CARD_DECLINED'] },
      },
      simulate('pack', ['reserve-stock'], work),
      simulate('print-label', ['reserve-stock'], '500ms'),
      simulate('ship', ['charge-card', 'pack', 'print-label'], '800ms', { output: { parcel: 'p-${input.id}' } }),
      simulate('send-receipt', ['charge-card'], '200ms'),
      simulate('tell-customer', ['ship'], '200ms'),
    ],
  };
}

/** Waits for a while: its bank answers at the third attempt only. */
export const refund = {
  name: 'shop.refund',
  version: '1.0.0',
  title: 'Refund',
  summary: 'Refund ${input.id} for ${input.customer}',
  steps: [
    { id: 'check', task: 'simulate', input: { duration: '300ms' } },
    {
      id: 'pay-back',
      task: 'simulate',
      input: { duration: '300ms', failTimes: 2, failWith: { code: 'BANK_TIMEOUT', message: 'The bank did not answer' } },
      retry: { maxAttempts: 3, backoff: 'constant', delay: '20s' },
    },
    { id: 'tell-customer', task: 'echo', input: { text: 'Your money is on its way' } },
  ],
};

/** A person decides: orders whose risk is high wait for a manager. */
export const review = {
  name: 'shop.review',
  version: '1.0.0',
  title: 'Review of a risky order',
  summary: 'Review of ${input.order} for ${input.customer}',
  steps: [
    {
      id: 'manager',
      type: 'ask',
      kind: 'approval',
      prompt: 'Ship order ${input.order}?',
      assignees: ['managers'],
      due: '${input.due}',
      form: {
        type: 'object',
        required: ['delivery'],
        properties: {
          delivery: { title: 'Delivery', enum: ['standard', 'express'], default: 'standard' },
          mail: { title: 'Send the customer a confirmation by mail', type: 'boolean', default: true },
          notBefore: { title: 'Deliver not before', type: 'string', format: 'date' },
        },
      },
    },
    { id: 'ship', task: 'echo', input: { order: '${input.order}' } },
  ],
};

/** What is asked in the pictures: some are due soon, one is late. */
export const reviews = [
  { order: 'A-2040', customer: 'Ana Lima', total: 189.9, risk: '74 of 100', due: '1d' },
  { order: 'A-1987', customer: 'Bo Chen', total: 612, risk: '81 of 100', due: '1s' },
  { order: 'A-2012', customer: 'Eva Novak', total: 94.5, risk: '71 of 100', due: '2h' },
];
