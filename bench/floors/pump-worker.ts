import { workerName } from './chain-rows.js';
import { bodyOf, type FloorCommand, FloorBroker, names } from './floor-broker.js';

/** The worker of the cluster's floor, a process of its own: answers every command at once, acknowledges when its answers are with the broker. */
const [url = '', profile] = process.argv.slice(2);
const broker = await FloorBroker.open(url, profile === 'durable');

await broker.consume(names.steps, 200, (message) => {
  const { items } = bodyOf<{ items: FloorCommand[] }>(message);
  const startedAt = Date.now();
  const completions = items.map(({ instanceId, token, path }) => ({
    kind: 'completed',
    instanceId,
    path,
    token,
    output: { ok: true },
    worker: workerName,
    startedAt,
    durationMs: 0,
  }));
  const sent = broker.publish(names.owner, { v: 1, tenant: 'main', kind: 'partition', items: completions });
  void sent.then(() => broker.ack(message));
});
process.stdout.write('ready\n');
