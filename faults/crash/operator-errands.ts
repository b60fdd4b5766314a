import { type Errand, eventually } from './errand.js';

/** What people change without a word to an instance: it is done and in the operator log, whatever crashed in between. */
export const changes: Errand = async ({ client, round }) => {
  const name = 'errand.changed';
  const act = { by: `errand-${round}`, reason: 'an errand' };
  for (const change of [() => client.pauseDefinition(name, act), () => client.resumeDefinition(name, act)]) {
    const { job } = await change();
    await eventually(`job ${job} to end`, async () => (await client.getBulk(job)).status === 'completed');
  }
  await client.setQueue('changed', { concurrency: 5, ...act });
  await eventually('a worker to hear that it goes on', async () => {
    const worker = (await client.workers()).find(({ status }) => status === 'active'); // a gateway that was just started knows none
    return worker !== undefined && (await client.resumeWorker(worker.id, act)).status === 'active';
  });
  const logged = new Set<string>();
  for await (const { action } of client.operatorLog({ actor: act.by })) logged.add(action);
  for (const action of ['definition.pause', 'definition.resume', 'queue.set', 'resumeWorker'])
    if (!logged.has(action)) throw new Error(`expected ${action} of ${act.by} in the operator log, but there is none`);
};
