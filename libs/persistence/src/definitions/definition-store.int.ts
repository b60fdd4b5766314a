import { jest } from '@jest/globals';
import type { JsonObject } from '#libs/engine';
import { SpoiltRow } from '../payloads/spoilt.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { DefinitionStore } from './definition-store.js';

jest.setTimeout(60_000); // the first start of an embedded server

const definition = (version: string, name = 'order.process', more: JsonObject = {}) => {
  const spec: JsonObject = { version, name, steps: [], ...more };
  return { name, version, spec, checksum: JSON.stringify(spec) };
};

describe.each(servers)('DefinitionStore on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let store: DefinitionStore;

  beforeAll(async () => {
    database = await server.migrated();
    store = new DefinitionStore(database.dataSource);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    await database.dataSource.query('TRUNCATE workflow_definitions, workflow_definition_names');
  });

  it('keeps a version as it is: identical again, other content refused', async () => {
    expect(await store.register(definition('1.0.0'))).toEqual({ outcome: 'created', isActive: true });
    expect(await store.register(definition('1.0.0'))).toEqual({ outcome: 'identical', isActive: true });
    const other = definition('1.0.0', 'order.process', { title: 'other' });
    expect(await store.register(other)).toEqual({ outcome: 'versionExists', checksum: definition('1.0.0').checksum });
    expect((await store.get('order.process', '1.0.0'))!.spec).toEqual(definition('1.0.0').spec);
  });

  it('gives the document back in the order of its author', async () => {
    await store.register(definition('1.0.0', 'ordered', { z: 1, a: { y: 1, b: 2 } }));
    expect(JSON.stringify((await store.get('ordered', '1.0.0'))!.spec)).toBe(
      '{"version":"1.0.0","name":"ordered","steps":[],"z":1,"a":{"y":1,"b":2}}',
    );
    expect(await store.get('ordered', '9.9.9')).toBeUndefined();
  });

  it('tells the tasks that definitions name, at any depth, and those that have a queue', async () => {
    await database.dataSource.query('TRUNCATE workflow_queues');
    const inner = { id: 'l', type: 'lock', key: 'k', steps: [{ id: 'x', task: 'deep', compensate: { task: 'undo' } }] };
    await store.register(definition('1.0.0', 'first', { steps: [{ id: 'a', task: 'flat' }, inner] }));
    const first = await store.tasksNamed(0);
    expect(first.tasks.sort()).toEqual(['deep', 'flat', 'undo']);
    expect(first.readUntil).toBe((await store.get('first', '1.0.0'))!.registeredAt);
    await database.dataSource.query("INSERT INTO workflow_queues (queue, task, changed_at) VALUES ('q', 'sent', 0)");
    expect(await store.tasksNamed(first.readUntil + 1)).toEqual({ tasks: ['sent'], readUntil: 0 });
  });

  it('goes on when somebody has written over a document or a version', async () => {
    await database.dataSource.query('TRUNCATE workflow_queues');
    for (const [name, task] of [
      ['spoilt', 'lost'],
      ['strange', 'gone'],
      ['whole', 'kept "by" \\'],
    ] as const)
      // prettier-ignore
      await store.register(definition('1.0.0', name, { steps: [{ id: 'a', task }], note: `"task":"never"` }));
    const spoil = (column: string, value: string, name: string) =>
      database.dataSource.query(`UPDATE workflow_definitions SET ${column} = $1 WHERE name = $2`, [value, name]);
    for (const spec of ['{"steps":[', '', 'null', '"\\u0000"']) {
      await spoil('spec', spec, 'spoilt');
      expect((await store.tasksNamed(0)).tasks).toEqual(expect.arrayContaining(['gone', 'kept "by" \\']));
      expect((await store.tasksNamed(0)).tasks).not.toContain('never');
      await expect(store.get('spoilt', '1.0.0')).rejects.toThrow(SpoiltRow);
      await expect(store.setActive('spoilt', '1.0.0')).rejects.toThrow(SpoiltRow);
    }
    await store.register(definition('1.1.0', 'strange'));
    await database.dataSource.query(
      `UPDATE workflow_definitions SET version = 'one' WHERE name = 'strange' AND version = '1.0.0'`,
    );
    await database.dataSource.query(`UPDATE workflow_definition_names SET active_version = 'none' WHERE name = 'strange'`);
    expect((await store.list({ limit: 9 })).map((item) => [item.name, item.latestVersion, item.versions])).toEqual([
      ['spoilt', '1.0.0', 1],
      ['strange', '1.1.0', 2],
      ['whole', '1.0.0', 1],
    ]);
    await database.dataSource.query(`UPDATE workflow_definitions SET labels = 'null' WHERE name = 'whole'`);
    expect((await store.list({ limit: 9, q: 'whole' }))[0]!.labels).toEqual({});
    expect((await store.versionsByName()).get('strange')).toEqual({ versions: ['one', '1.1.0'] });
    expect((await store.versions('strange')).map((row) => row.version)).toEqual(['1.1.0', 'one']);
    expect([await store.resolve('strange', 'latest'), await store.resolve('strange', '^1')]).toEqual(['1.1.0', '1.1.0']);
    expect(await store.register(definition('1.2.0', 'strange'))).toEqual({ outcome: 'created', isActive: true });
  });

  it('orders versions as semantic versions, not as text, and wants each newer than the last', async () => {
    for (const version of ['1.9.0', '1.10.0', '2.0.0-rc.1']) await store.register(definition(version));
    expect(await store.register(definition('1.9.5'))).toEqual({ outcome: 'notNewer', latest: '2.0.0-rc.1' });
    expect(await store.register(definition('1.9.5'), { allowOlder: true })).toEqual({ outcome: 'created', isActive: false });
    const versions = await store.versions('order.process');
    expect(versions.map((row) => row.version)).toEqual(['2.0.0-rc.1', '1.10.0', '1.9.5', '1.9.0']);
    expect(versions.filter((row) => row.isActive).map((row) => row.version)).toEqual(['1.10.0']);
  });

  it('activates a new release, not a pre-release, unless told otherwise', async () => {
    await store.register(definition('1.0.0'));
    expect(await store.register(definition('1.1.0-rc.1'))).toMatchObject({ isActive: false });
    expect(await store.register(definition('1.1.0'), { activate: false })).toMatchObject({ isActive: false });
    expect(await store.active('order.process')).toBe('1.0.0');
    expect(await store.register(definition('1.2.0-rc.1'), { activate: true })).toMatchObject({ isActive: true });
    expect(await store.active('order.process')).toBe('1.2.0-rc.1');
    expect(await store.active('unknown')).toBeUndefined();
  });

  it('finds the version a start means', async () => {
    for (const version of ['1.0.0', '1.2.0', '2.0.0', '3.0.0-rc.1']) await store.register(definition(version));
    await store.setActive('order.process', '1.2.0');
    const wanted = [undefined, '1.0.0', '^1.0.0', 'latest', '>=3.0.0-rc.0', '^9', 'nonsense', '1.1.0'];
    const found = await Promise.all(wanted.map((range) => store.resolve('order.process', range)));
    expect(found).toEqual(['1.2.0', '1.0.0', '1.2.0', '2.0.0', '3.0.0-rc.1', undefined, undefined, undefined]);
    expect(await store.resolve('unknown')).toBeUndefined();
  });

  it('changes the active version only from the one that was expected', async () => {
    for (const version of ['1.0.0', '1.1.0']) await store.register(definition(version));
    expect(await store.setActive('order.process', '1.0.0', '1.0.0')).toEqual({ outcome: 'changed', current: '1.1.0' });
    expect(await store.setActive('order.process', '1.0.0', '1.1.0')).toEqual({ outcome: 'activated', previous: '1.1.0' });
    expect(await store.setActive('order.process', '7.0.0')).toEqual({ outcome: 'unknownVersion' });
  });

  it('registers one of two different documents that come at once under one version', async () => {
    const rivals = Array.from({ length: 8 }, (_, n) => definition('1.0.0', 'raced', { title: `t${n}` }));
    const outcomes = await Promise.all(rivals.map((rival) => store.register(rival)));
    expect(outcomes.map((outcome) => outcome.outcome).sort()).toEqual([
      'created',
      ...Array.from({ length: 7 }, () => 'versionExists'),
    ]);
  });

  it('lists names in pages, each with its highest version', async () => {
    for (const name of ['b', 'a', 'c']) await store.register(definition('1.9.0', name, { title: `old ${name}` }));
    await store.register(definition('1.10.0', 'b', { title: 'new b', labels: { team: 'x' } }));
    const first = await store.list({ limit: 2 });
    expect(first).toMatchObject([
      { name: 'a', latestVersion: '1.9.0', versions: 1 },
      { name: 'b', title: 'new b', labels: { team: 'x' }, latestVersion: '1.10.0', activeVersion: '1.10.0', versions: 2 },
    ]);
    expect((await store.list({ limit: 2, after: 'b' })).map((item) => item.name)).toEqual(['c']);
    expect((await store.list({ limit: 9, q: 'c' })).map((item) => item.name)).toEqual(['c']);
  });
});
