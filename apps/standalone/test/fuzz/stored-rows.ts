import { Client } from 'pg';
import { createDataSource, verifyInstances } from '#libs/persistence';
import { fuzzRuns, seedWords, steadySeed, until } from '#libs/testing';
import { faultIn, type FuzzedProduct, type LogRecord } from './fuzzed-product.js';
import { type Spoilt, spoilRows } from './spoil-rows.js';

const cellsARound = 60;
/** While it is watched, ms: several sweeps, ticks of schedules and leases. */
const watchedMs = 3_000;
/** One row must not make one partition begin anew, nor hold up all schedules. */
const isHeldUp = /outcome unclear|could not be looked at|looking for the guilty input|unexpected error/;

/** An operator, or a program of somebody else, has written over rows of ours. */
export function describeStoredRows(opened: () => FuzzedProduct): void {
  it(`any row may be spoilt, and everything else goes on (${seedWords(steadySeed)})`, async () => {
    const product = opened();
    for (let round = 0; round < Math.ceil((fuzzRuns(60).numRuns ?? 60) / cellsARound); round += 1) {
      await furnish(product, round);
      let spoilt: Spoilt[] = [];
      await product.restart(async () => {
        const database = new Client({ connectionString: product.servers.databaseUrl });
        await database.connect();
        spoilt = await spoilRows(database, cellsARound, round).finally(() => database.end());
      });
      expect(spoilt.length).toBeGreaterThan(cellsARound / 4);
      const told: LogRecord[] = [];
      await expectGoingOn(product, told, spoilt);
      await expectVerifiable(product);
    }
  });
}

async function expectGoingOn(product: FuzzedProduct, told: LogRecord[], spoilt: readonly Spoilt[]): Promise<void> {
  try {
    await product.expectWell((record) => told.push(record) > 0);
    await expectReadable(product);
    await until(() => undefined, watchedMs);
    await product.expectWell((record) => told.push(record) > 0);
    expect(told.map(({ msg = '' }) => msg).filter((msg) => isHeldUp.test(msg))).toEqual([]);
    expect(told.length).toBeLessThan(5 * cellsARound); // told, but not again and again
  } catch (error) {
    const cells = spoilt.map(({ table, column, value }) => `${table}.${column} = ${JSON.stringify(value)?.slice(0, 200)}`);
    const words = [...new Set(told.map(({ msg = '' }) => msg)), ...product.warnings()];
    throw new Error([(error as Error).message, 'told', ...words, 'after', ...cells].join('\n'), { cause: error });
  }
}

const lists = [
  'instances',
  'incidents',
  'incidents/groups',
  'definitions',
  'definitions/probe',
  'asks',
  'events?status=waiting',
  'events?status=unmatched',
  'triggers',
  'webhooks',
  'workers',
  'queues',
  'tasks',
  'partitions',
  'stats',
  'stats/overview',
  'feed?partition=0',
  'feed?partition=1',
];
const parts = ['', '/steps?include=data', '/history', '/logs'];

/** `verify` tells of them, and goes through to the end. */
async function expectVerifiable({ servers }: FuzzedProduct): Promise<void> {
  const dataSource = await createDataSource(servers.databaseUrl).initialize();
  const { checked, found } = await verifyInstances(dataSource).finally(() => dataSource.destroy());
  expect(checked).toBeGreaterThan(0);
  expect(found).toBeGreaterThan(0);
}

/** Lists show the others, whatever has become of one; what was spoilt itself may only say so. */
async function expectReadable({ url, client }: FuzzedProduct): Promise<void> {
  const faults: string[] = [];
  const look = async (path: string, mayBeSpoilt: boolean): Promise<void> => {
    const response = await fetch(`${url}/api/v1/${path}`, { signal: AbortSignal.timeout(8_000) });
    const text = await response.text();
    const isSaid = mayBeSpoilt && text.includes('"DATA_UNREADABLE"');
    const fault = isSaid ? undefined : faultIn(response.status, response.headers.get('content-type') ?? '', text);
    if (fault !== undefined || (!mayBeSpoilt && response.status !== 200))
      faults.push(`${path}: ${response.status} ${text.slice(0, 300)}`);
  };
  for (const list of lists) await look(list, false);
  for await (const { id } of client.listInstances()) for (const part of parts) await look(`instances/${id}${part}`, true);
  expect(faults).toEqual([]);
}

/** Rows in as many tables as there are. */
async function furnish({ client, url }: FuzzedProduct, round: number): Promise<void> {
  const name = `furniture.${round}`;
  const steps = [
    { id: 'ask', type: 'ask', kind: 'choice', choices: ['x', 'y'], needs: [] },
    { id: 'go', type: 'event', names: ['go'], needs: [], correlate: '${input.key}' },
    { id: 'guard', type: 'lock', key: 'k', needs: [], steps: [{ id: 'nap', type: 'sleep', for: '2s' }] },
    { id: 'nap', type: 'sleep', for: '3s', needs: [] },
    { id: 'slow', task: 'simulate', needs: [], input: { duration: '3s', log: 'x' } },
    { id: 'echo', task: 'echo', needs: [], input: { big: '${input.big}' }, compensate: { task: 'echo' } },
    { id: 'child', type: 'workflow', workflow: 'probe', needs: [], input: { a: { polluted: 'no' } } },
  ];
  await client.registerDefinition({ document: { name, version: '1.0.0', steps } });
  for (let at = 0; at < 8; at += 1) {
    const input = { key: `k${at}`, big: at % 4 === 0 ? 'x'.repeat(70_000) : '' };
    const { id } = await client.startInstance({
      definition: name,
      input,
      key: `r${round}-${at}`,
      tags: { at },
      ...(at > 6 && { startAt: new Date(Date.now() + 4_000).toISOString() }),
    });
    if (at % 3 === 0) await client.sendEventToInstance(id, { name: 'other', payload: { at } });
  }
  await client.sendEvent({ name: 'kept', key: `nobody-${round}`, payload: { a: 1 } });
  await put(url, `triggers/every.${round}`, {
    kind: 'schedule',
    definition: name,
    cron: '* * * * *',
    timezone: 'UTC',
    input: { key: 's' },
  });
  await put(url, `triggers/hook.${round}`, { kind: 'hook', definition: name, input: { key: '${request.body.k}' } });
  await put(url, `webhooks/out-${round}`, { url: 'https://receiver.invalid/' });
  await put(url, `queues/lane-${round}`, { concurrency: 3 });
}

async function put(url: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${url}/api/v1/${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`expected ${path} to be put, but ${answer.status} ${await answer.text()}`);
}
