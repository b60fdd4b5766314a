import { chaosConfirmation } from '#libs/contracts';
import { type Errand, type ErrandPlace, eventually, start } from './errand.js';

/** Who asks for it, and why. */
interface Act {
  readonly by: string;
  readonly reason: string;
}

const changed = 'errand.changed';

async function pauses({ client }: ErrandPlace, act: Act): Promise<void> {
  for (const change of [() => client.pauseDefinition(changed, act), () => client.resumeDefinition(changed, act)]) {
    const { job } = await change();
    await eventually(`job ${job} to end`, async () => (await client.getBulk(job)).status === 'completed');
  }
}

async function settings({ client }: ErrandPlace, act: Act): Promise<void> {
  await client.setQueue('changed', { concurrency: 5, ...act });
  await client.setTask('changed', { concurrency: 5, ...act });
}

async function workers({ client }: ErrandPlace, act: Act): Promise<void> {
  let id = '';
  await eventually('a worker to be known', async () => {
    id = (await client.workers()).find(({ status }) => status === 'active')?.id ?? ''; // a gateway that was just started knows none
    return id !== '';
  });
  await eventually(`worker ${id} to drain`, async () => (await client.drainWorker(id, act)).status === 'draining');
  await eventually(`worker ${id} to go on`, async () => (await client.resumeWorker(id, act)).status === 'active');
}

async function restarts(place: ErrandPlace, act: Act): Promise<void> {
  const id = await start(place, 'plain', 'completed');
  await eventually(`instance ${id} to end`, async () => (await place.client.getInstance(id)).status === 'completed');
  const again = await place.client.restart(id, act);
  place.expect(again.id, 'completed');
}

/** An event nobody waits for is bound to an instance that waits for another one. */
async function binds(place: ErrandPlace, act: Act): Promise<void> {
  const { client, round } = place;
  const instance = await start(place, 'waiting', 'completed', { key: `never-${round}` });
  const { id } = await client.sendEvent({ name: 'paid', key: `kept-${round}`, payload: 1 });
  await client.bindEvent(id, { instance, ...act });
  await eventually(`instance ${instance} to end by its event`, async () => (await client.getInstance(instance)).status === 'completed');
} // prettier-ignore

async function bulks(place: ErrandPlace, act: Act): Promise<void> {
  const { client } = place;
  const ids = [await start(place, 'sleeping', 'cancelled'), await start(place, 'sleeping', 'cancelled')];
  const { id } = await client.startBulk({ action: 'pause', ids, perSecond: 1, ...act });
  await client.stopBulk(id, act).catch(() => undefined); // it may have ended meanwhile
  await Promise.all(ids.map((each) => client.cancel(each)));
}

async function triggers(place: ErrandPlace, act: Act): Promise<void> {
  const { client, round } = place;
  const name = `changed.${round}`;
  await client.putTrigger(name, { kind: 'schedule', definition: 'errand.plain', cron: '0 0 1 1 *' }, act);
  const run = await client.runTrigger(name, act);
  if (run.instance === null) throw new Error(`expected a run of ${name} by hand to start an instance, but it was ${run.outcome}`);
  place.expect(run.instance, 'completed');
  await client.pauseTrigger(name, act);
  await client.resumeTrigger(name, act);
  await client.deleteTrigger(name, act);
}

async function webhooks({ client, round, outside }: ErrandPlace, act: Act): Promise<void> {
  const name = `changed.${round}`;
  const { secret } = await client.putWebhook(name, { url: `${outside.url}/${name}`, definitions: ['errand.none'] }, act);
  if (secret === undefined) throw new Error(`expected the secret that was made for ${name}, but there is none`);
  await client.testWebhook(name, act);
  await client.enableWebhook(name, act);
  await client.deleteWebhook(name, act);
}

/** Of a kind and in a place where it hits nothing: the switch is what is looked at. */
async function chaos({ client }: ErrandPlace, act: Act): Promise<void> {
  const plan = { faults: { failStep: { rate: 0 } }, scope: { definitions: ['errand.none'] }, durationMs: 60_000 };
  await client.setChaos({ enabled: true, confirm: chaosConfirmation, ...plan, ...act });
  await client.resetChaos(act);
  await client.setChaos({ enabled: false, ...act });
}

/** What each of them writes, once. */
const written = [
  ...['bulk.pause', 'chaos.enable', 'chaos.reset', 'definition.pause', 'definition.resume', 'event.bind', 'instance.restart'],
  ...['queue.set', 'task.set', 'trigger.delete', 'trigger.pause', 'trigger.put', 'trigger.resume', 'trigger.run'],
  ...['webhook.delete', 'webhook.enable', 'webhook.put', 'webhook.test'],
];

/** What people change: it is done and in the operator log once, whatever crashed in between. */
export const changes: Errand = async (place) => {
  const act = { by: `errand-${place.round}`, reason: 'an errand' };
  for (const change of [pauses, settings, workers, restarts, binds, bulks, triggers, webhooks, chaos]) await change(place, act);
  const times = new Map<string, number>();
  for await (const { action } of place.client.operatorLog({ actor: act.by })) times.set(action, (times.get(action) ?? 0) + 1);
  const wrong = written.filter((action) => times.get(action) !== 1).map((action) => `${action} ${times.get(action) ?? 0} times`);
  for (const action of ['drainWorker', 'resumeWorker']) if (!times.has(action)) wrong.push(`no ${action}`); // asked for until somebody hears it
  if (wrong.length > 0)
    throw new Error(`expected each change of ${act.by} once in the operator log, but found ${wrong.join(', ')}`);
};
