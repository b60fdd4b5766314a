// A system that speaks AMQP: starts, signals and finishes workflows with amqplib alone. Nothing of OrquestraX is imported.
//   AMQP_URL=amqp://127.0.0.1 node examples/other-systems/amqp.mjs      (after http.sh, which registers the definition)
import { randomUUID } from 'node:crypto';
import amqp from 'amqplib';

const run = randomUUID();
const connection = await amqp.connect(process.env.AMQP_URL ?? 'amqp://127.0.0.1');
const channel = await connection.createConfirmChannel();
const json = (value) => Buffer.from(JSON.stringify(value));

/** What comes into a queue, for whoever waits for one that fits. */
async function inbox(queue) {
  const messages = [];
  const waiting = new Set();
  await channel.consume(queue, (message) => {
    channel.ack(message);
    messages.push({ properties: message.properties, body: JSON.parse(message.content) });
    for (const look of waiting) look();
  });
  return (fits) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nothing came into ${queue} within 30 s: ${fits}`)), 30_000);
      const look = () => {
        const found = messages.find(fits);
        if (found === undefined) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
}

// Answers come to a queue of our own, lifecycle events to another one, bound to what we want to hear of.
const { queue: replies } = await channel.assertQueue('', { exclusive: true });
const reply = await inbox(replies);
const { queue: events } = await channel.assertQueue('', { exclusive: true });
await channel.bindQueue(events, 'orquestra.events', 'shop.order.completed');
const event = await inbox(events);

/** Sends a command, and waits for its answer. */
async function command(routingKey, body, { headers, ...properties }) {
  const correlationId = randomUUID();
  channel.publish('orquestra.commands', routingKey, json(body), {
    ...properties,
    headers,
    correlationId,
    replyTo: replies,
    contentType: properties.contentType ?? 'application/json',
    persistent: true,
  });
  await channel.waitForConfirms();
  return reply(({ properties }) => properties.correlationId === correlationId);
}

console.log('1. an order is started with plain JSON; the same message_id again gets the same answer');
const start = { definition: 'shop.order', input: { order: `a-${run}` }, key: `a-${run}` };
const started = await command('workflow.start', start, { messageId: `start-${run}` });
const again = await command('workflow.start', start, { messageId: `start-${run}` });
const { id } = started.body;
expect(started.properties.type === 'workflow.started' && again.body.id === id, started);
console.log(`   instance ${id}`);

console.log('2. it is signalled with a CloudEvent: attributes in headers, the command is its type');
const signalled = await command(
  'shop.payments',
  { name: 'paid', key: `a-${run}`, payload: { cents: 4200 } },
  {
    headers: {
      'cloudEvents:specversion': '1.0',
      'cloudEvents:id': `payment-${run}`,
      'cloudEvents:source': '/shop',
      'cloudEvents:type': 'dev.orquestrax.workflow.event.v1',
    },
  },
);
expect(signalled.properties.headers['cloudEvents:type'] === 'dev.orquestrax.workflow.event.v1', signalled);
console.log(`   ${signalled.body.outcome}`);

console.log('3. its end is told on orquestra.events');
const completed = await event(({ properties }) => properties.headers['cloudEvents:subject'] === id);
expect(completed.properties.headers['cloudEvents:type'] === 'dev.orquestrax.instance.completed.v1', completed);
console.log(`   ${JSON.stringify(completed.body.output)}`);

console.log('4. a structured CloudEvent starts an order and signals it in one; with the header wait the answer is its end');
const ended = await command(
  'shop.orders',
  {
    specversion: '1.0',
    id: `order-${run}`,
    source: '/shop',
    type: 'dev.orquestrax.workflow.start.v1',
    data: { definition: 'shop.order', input: { order: `b-${run}` }, event: { name: 'paid', payload: { cents: 100 } } },
  },
  { contentType: 'application/cloudevents+json', headers: { wait: '20s' } },
);
expect(ended.properties.type === 'workflow.ended' && ended.body.status === 'completed', ended);
console.log(`   ${JSON.stringify(ended.body.output)}`);

console.log('5. what is refused is answered with a problem');
const refused = await command('workflow.start', { definition: 'shop.order', input: {} }, { messageId: `refused-${run}` });
expect(refused.properties.type === 'problem' && refused.body.code === 'INPUT_INVALID', refused);
console.log(`   ${refused.body.detail}`);

console.log('6. messages of our own exchange, which knows nothing of workflows, start orders by a trigger');
await channel.assertExchange('shop', 'topic');
for (let isTaken = false; !isTaken;) {
  // Until the platform has bound its queue the broker hands the message back.
  let isReturned = false;
  channel.once('return', () => (isReturned = true));
  const order = json({ number: `c-${run}`, cents: 4200 });
  channel.publish('shop', 'order.placed', order, { messageId: `placed-${run}`, mandatory: true });
  await channel.waitForConfirms();
  isTaken = !isReturned;
  if (isReturned) await new Promise((resolve) => setTimeout(resolve, 500));
}
const paid = { name: 'paid', key: `c-${run}`, payload: { cents: 4200 } };
await command('workflow.event', paid, { messageId: `paid-${run}` });
const byTrigger = await event(({ body }) => body.output?.order === `c-${run}`);
console.log(`   ${JSON.stringify(byTrigger.body.output)}`);

await connection.close();
console.log('done');

function expect(isSo, message) {
  if (!isSo) throw new Error(`expected something else than ${JSON.stringify(message, null, 2)}`);
}
