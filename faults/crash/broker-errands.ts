import { exchanges, partitionKey } from '#libs/contracts';
import { type Errand, eventually, several } from './errand.js';

const exchange = 'faults.partner';

/** Commands of another system: each is answered, and what cannot be read becomes a dead letter. */
export const commands: Errand = async ({ peer, round, client, expect }) => {
  if (peer === undefined) return;
  const ids = Array.from({ length: 8 }, (_, n) => `command-${round}-${n}`);
  const tags = { by: `command-${round}` };
  for (const id of ids)
    peer.publish(exchanges.commands, 'workflow.start', JSON.stringify({ definition: 'errand.plain', input: {}, tags }), id);
  for (let n = 0; n < 4; n += 1)
    peer.publish(exchanges.commands, 'workflow.start', '{"definition": ', `unreadable-${round}-${n}`);
  await eventually('an answer to every command', () => Promise.resolve(ids.every((id) => peer.answered.has(id))), 90_000);
  let started = 0;
  for await (const { id } of client.listInstances({ tags, pageSize: 200 })) {
    expect(id, 'completed');
    started += 1;
  }
  if (started !== ids.length) throw new Error(`expected one instance a command, ${ids.length} in all, but there are ${started}`);
};

/** Commands nobody can use, which a person mends: each is done once, however often that is asked for. */
export const redrives: Errand = async ({ peer, round, client, expect }) => {
  if (peer === undefined) return;
  await several(4, async (n) => {
    const missing = `errand.missing.${round}.${n}`;
    const [refused, tags] = [{ kind: ['refusedCommand'], reason: missing } as const, { by: missing }];
    peer.publish(exchanges.commands, 'workflow.start', JSON.stringify({ definition: missing, input: {} }), missing);
    await eventually(`the refused start of ${missing} to be redriven`, async () => {
      for await (const { id } of client.listIncidents({ ...refused, status: 'open' }))
        await client.redriveIncidents({ ids: [id], edit: { definition: 'errand.plain', input: {}, tags }, reason: 'an errand' });
      for await (const { id } of client.listIncidents({ ...refused, status: 'redriven' })) return id !== '';
      return false;
    }, 120_000);
    const started: string[] = [];
    for await (const { id } of client.listInstances({ tags })) started.push(id);
    for (const id of started) expect(id, 'completed');
    if (started.length !== 1) throw new Error(`expected one instance of ${missing}, but there are ${started.length}`);
  }); // prettier-ignore
};

/** Messages that were never meant for us. */
export const messages: Errand = async ({ peer, round, client, expect }) => {
  if (peer === undefined) return;
  const name = `partner.${round}`;
  await peer.exchange(exchange);
  await client.putTrigger(name, {
    kind: 'message',
    exchange,
    routingKey: round,
    definition: 'errand.plain',
    key: '${message.messageId}',
  });
  const found = new Map<string, string>();
  await eventually('an instance for every message', async () => {
    for (let n = 0; n < 8; n += 1) if (!found.has(`${round}-${n}`)) peer.publish(exchange, round, '{}', `${round}-${n}`);
    for (let n = 0; n < 8; n += 1)
      for await (const { id } of client.listInstances({ definition: 'errand.plain', key: `${round}-${n}` })) found.set(`${round}-${n}`, id);
    return found.size === 8;
  }, 90_000); // prettier-ignore
  for (const id of found.values()) expect(id, 'completed');
  await client.deleteTrigger(name);
};

/** What is no message of ours at all, in the queues of the partitions. */
export const rubbish: Errand = async ({ peer }) => {
  if (peer === undefined) return;
  for (let partition = 0; partition < 8; partition += 1) peer.publish(exchanges.partitions, partitionKey(partition), 'rubbish');
  await Promise.resolve();
};
