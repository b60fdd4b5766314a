import { jest } from '@jest/globals';
import { type JsonObject, triggerRecord } from '#libs/engine';
import { DefinitionStore } from '../definitions/definition-store.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { TriggerStore } from './trigger-store.js';

jest.setTimeout(60_000); // the first start of an embedded server

const cron = (fields: string, more: JsonObject = {}): JsonObject => ({ kind: 'schedule', cron: fields, ...more });
const own = (name: string, more: JsonObject = {}) => ({
  name,
  ...triggerRecord(cron('0 9 * * *', { definition: 'a', ...more })),
});
const version = (name: string, version: string, triggers: JsonObject[]) => {
  const spec: JsonObject = { name, version, steps: [], triggers };
  return { name, version, spec, checksum: JSON.stringify(spec) };
};

describe.each(servers)('TriggerStore on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let store: TriggerStore;
  let definitions: DefinitionStore;

  beforeAll(async () => {
    database = await server.migrated();
    store = new TriggerStore(database.dataSource);
    definitions = new DefinitionStore(database.dataSource);
  });
  afterAll(() => database.drop());
  beforeEach(() => database.dataSource.query('TRUNCATE workflow_triggers, workflow_definitions, workflow_definition_names'));
  const names = async (): Promise<string[]> => (await store.list({ limit: 50 })).map(({ name }) => name);

  it('puts, replaces, lists by name and removes', async () => {
    expect((await store.put(own('b'))).outcome).toBe('created');
    await store.put(own('a'), 'ada');
    const { outcome, trigger } = await store.put(own('b', { overlap: 'skip' }));
    expect({ outcome, spec: trigger.spec['overlap'] }).toEqual({ outcome: 'replaced', spec: 'skip' });
    expect(await names()).toEqual(['a', 'b']);
    expect((await store.list({ after: 'a', limit: 1 })).map(({ name }) => name)).toEqual(['b']);
    expect(await store.list({ limit: 5, kind: 'hook' })).toEqual([]);
    expect((await store.remove('a'))?.changedBy).toBe('ada');
    expect(await store.remove('a')).toBeUndefined();
    expect(await names()).toEqual(['b']);
  });

  it('keeps the place of a schedule and its pause when it is replaced, unless it is another schedule', async () => {
    const { trigger } = await store.put(own('b'));
    await store.pause('b', 'stocktaking', 'ada');
    const again = await store.put(own('b', { overlap: 'skip' }));
    expect(again.trigger).toMatchObject({ position: trigger.position, status: 'paused', note: 'stocktaking', nextAt: null });
    await database.dataSource.query('UPDATE workflow_triggers SET position = 5');
    const other = await store.put(own('b', { cron: '0 10 * * *' }));
    expect(other.trigger.position).toBeGreaterThanOrEqual(trigger.position);
    expect((await store.resume('b', null))!).toMatchObject({ status: 'active', note: null, nextAt: expect.any(Number) });
  });

  it('tells by a digest that something has changed, also when one is gone and another has come', async () => {
    const digests = new Set([await store.digest('schedule')]);
    for (const change of [
      () => store.put(own('a')),
      () => store.put(own('a')),
      () => store.pause('a', null, null),
      () => store.remove('a'),
      () => store.put(own('b')),
    ]) {
      await change();
      digests.add(await store.digest('schedule'));
    }
    expect(digests.size).toBe(5); // nothing at first, and nothing after the removal
    expect(await store.digest('hook')).toBe('');
  });

  it('puts one when many put it at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => store.put(own('same'))));
    expect(outcomes.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
    expect(await names()).toEqual(['same']);
  });

  it('lets the triggers of a definition come and go with its active version', async () => {
    await definitions.register(version('shop', '1.0.0', [cron('0 9 * * *'), { kind: 'hook', name: 'shop.in', secret: 's' }]));
    expect(await names()).toEqual(['shop.in', 'shop.schedule']);
    expect(await store.get('shop.in')).toMatchObject({ source: 'definition', definition: 'shop', secrets: ['s'] });
    await store.pause('shop.schedule', 'not now', 'ada');
    await definitions.register(version('shop', '2.0.0', [cron('0 9 * * *', { overlap: 'skip' })]));
    expect(await store.list({ limit: 9 })).toMatchObject([
      { name: 'shop.schedule', status: 'paused', spec: { overlap: 'skip' } },
    ]);
    await definitions.register(version('shop', '3.0.0-rc.1', []));
    expect(await names()).toEqual(['shop.schedule']);
    await definitions.setActive('shop', '3.0.0-rc.1');
    expect(await names()).toEqual([]);
    await definitions.setActive('shop', '1.0.0');
    expect(await names()).toEqual(['shop.in', 'shop.schedule']);
  });

  it('registers nothing of a version whose trigger has the name of another one', async () => {
    await store.put(own('taken'));
    const refused = await definitions.register(version('shop', '1.0.0', [cron('* * * * *', { name: 'taken' })]));
    expect(refused).toEqual({ outcome: 'triggerTaken', trigger: 'taken', holder: null });
    expect(await definitions.versions('shop')).toEqual([]);
    await definitions.register(version('shop', '1.0.0', [cron('* * * * *', { name: 'shared' })]));
    const other = await definitions.register(version('other', '1.0.0', [cron('* * * * *', { name: 'shared' })]));
    expect(other).toEqual({ outcome: 'triggerTaken', trigger: 'shared', holder: 'shop' });
    expect((await store.put(own('shared'))).outcome).toBe('ofDefinition');
    expect((await store.remove('shared'))?.source).toBe('definition');
    expect(await names()).toEqual(['shared', 'taken']);
  });
});
