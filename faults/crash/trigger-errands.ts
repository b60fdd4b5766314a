import { type Errand, type ErrandPlace, eventually, several } from './errand.js';

async function started({ client, expect }: ErrandPlace, name: string): Promise<number> {
  let count = 0;
  for await (const run of client.triggerRuns(name, { pageSize: 200 })) {
    if (run.outcome !== 'started' || run.instance === null) continue;
    count += 1;
    expect(run.instance, 'completed');
  }
  return count;
}

export const schedules: Errand = async (place) => {
  const { client, round } = place;
  await several(3, async (n) => {
    const name = `every.${round}.${n}`;
    await client.putTrigger(name, { kind: 'schedule', definition: 'errand.plain', cron: '* * * * * *' });
    await eventually(`schedule ${name} to start three times`, async () => (await started(place, name)) >= 3);
    await client.pauseTrigger(name);
    await started(place, name);
    await client.deleteTrigger(name);
  });
};

export const backfills: Errand = async (place) => {
  const { client, round } = place;
  await several(4, async (n) => {
    const name = `past.${round}.${n}`;
    await client.putTrigger(name, { kind: 'schedule', definition: 'errand.plain', cron: '0 0 1 1 *' });
    await client.backfillTrigger(name, { from: '2000-01-01T00:00:00Z', to: '2005-01-01T00:00:00Z' });
    await eventually(`backfill of ${name} to start its 5 slots`, async () => (await started(place, name)) === 5);
    await client.deleteTrigger(name);
  });
};

export const hooks: Errand = async ({ client, round, expect }) => {
  const name = `hook.${round}`;
  await client.putTrigger(name, { kind: 'hook', definition: 'errand.plain' });
  await several(4, (n) =>
    eventually(`hook ${name} to answer`, async () => {
      const response = await fetch(`${client.baseUrl}/api/v1/hooks/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'webhook-id': `${round}-${n}` },
        body: '{}',
        signal: AbortSignal.timeout(15_000),
      });
      const { instance } = (await response.json()) as { instance?: string };
      if (response.ok && instance !== undefined) expect(instance, 'completed');
      return response.ok;
    }, 90_000),
  ); // prettier-ignore
  await client.deleteTrigger(name);
};

/** Every end of what they look at is delivered to each of them, once at least. */
export const webhooks: Errand = async ({ client, round, outside, expect }) => {
  const names = Array.from({ length: 4 }, (_, n) => `told.${round}.${n}`);
  await several(4, (n) =>
    client.putWebhook(names[n]!, { url: `${outside.url}/${names[n]}`, definitions: ['errand.told'], events: ['completed'] }),
  );
  await several(5, async () => {
    const { id } = await client.startInstance({ definition: 'errand.told', input: {} });
    expect(id, 'completed');
  });
  await eventually('5 deliveries to each of 4 webhooks', async () =>
    Promise.resolve(names.every((name) => (outside.counts.get(`/${name}`) ?? 0) >= 5)),
  );
  for (const name of names) await client.deleteWebhook(name);
};
