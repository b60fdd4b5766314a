import { jest } from '@jest/globals';
import { createDataSource } from '../connections/create-data-source.js';
import { IDEMPOTENCY_DAYS, IdempotencyStore } from '../idempotency/idempotency-store.js';
import { SpoiltRow } from '../payloads/spoilt.js';
import { lowestIdAt } from '../instances/uuid-bounds.js';
import { Maintenance } from '../schema/maintenance.js';
import { DataFault } from '../ports.js';
import { newId } from '../testing/rows.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { IncidentActs } from './incident-acts.js';
import { IncidentQueries } from './incident-queries.js';
import { IncidentStore } from './incident-store.js';
import { OperatorLog } from './operator-log.js';

jest.setTimeout(60_000); // the first start of an embedded server

describe.each(servers)('operations on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;

  beforeAll(async () => {
    database = await server.migrated();
  });
  afterAll(() => database.drop());

  const queries = () => new IncidentQueries(database.dataSource);
  const backdate = (table: string, column: string, days: number) =>
    database.dataSource.query(`UPDATE ${table} SET ${column} = ${column} - ${days * 86_400_000}`);

  describe('IdempotencyStore', () => {
    let store: IdempotencyStore;
    beforeEach(async () => {
      store = new IdempotencyStore(database.dataSource);
      await database.dataSource.query('TRUNCATE workflow_idempotency');
    });

    it('reserves once, then answers as the first time', async () => {
      expect(await store.reserve('k', 'hash', 'id-1')).toEqual({ outcome: 'reserved', subject: 'id-1' });
      expect(await store.reserve('k', 'hash', 'id-2')).toEqual({ outcome: 'inProgress' });
      await store.answer('k', { status: 201, body: '{"id":1}' });
      await store.answer('k', { status: 500, body: 'late' });
      expect(await store.reserve('k', 'hash', 'id-3')).toEqual({ outcome: 'replay', answer: { status: 201, body: '{"id":1}' } });
      expect(await store.reserve('k', 'other', 'id-4')).toEqual({ outcome: 'reused' });
      expect(await store.reserve('k', 'other', 'id-5', 'another-tenant')).toMatchObject({ outcome: 'reserved' });
    });

    it('tells of an answer that somebody has written over', async () => {
      await store.reserve('k', 'hash', 'id-1');
      await store.answer('k', { status: 201, body: '{"id":' });
      await expect(store.reserve('k', 'hash', 'id-2')).rejects.toThrow(SpoiltRow);
    });

    it('lets exactly one of many tries through', async () => {
      const tries = await Promise.all(Array.from({ length: 10 }, (_, n) => store.reserve('k', 'hash', `id-${n}`)));
      expect(tries.map((reservation) => reservation.outcome).sort()).toEqual([
        ...Array.from({ length: 9 }, () => 'inProgress'),
        'reserved',
      ]);
    });

    it('hands an abandoned try on, with the id that one had', async () => {
      await store.reserve('k', 'hash', 'id-1');
      await backdate('workflow_idempotency', 'reserved_at', 1);
      expect(await store.reserve('k', 'hash', 'id-2')).toEqual({ outcome: 'reserved', subject: 'id-1' });
    });

    it('forgets a try that did nothing, and everything after a week', async () => {
      await store.reserve('k', 'hash', 'id-1');
      await store.forget('k');
      expect(await store.reserve('k', 'other', 'id-2')).toEqual({ outcome: 'reserved', subject: 'id-2' });
      await store.answer('k', { status: 200, body: '' });
      await store.forget('k');
      expect(await store.reserve('k', 'other', 'id-3')).toMatchObject({ outcome: 'replay' });
      await backdate('workflow_idempotency', 'reserved_at', 8);
      expect(await store.reserve('k', 'third', 'id-4')).toEqual({ outcome: 'reserved', subject: 'id-4' });
    });
  });

  it('keeps a dead letter byte for byte, whatever is in it', async () => {
    const incidents = new IncidentStore(database.dataSource);
    const instanceId = newId();
    const raw = Buffer.from([0, 0xff, 0x7b, 0xc3, 0x28]);
    const id = (await incidents.record({
      kind: 'deadLetter',
      reason: 'bad \0 \ud800',
      raw,
      headers: { 'x-a': '\0', n: 1 },
      instanceId,
    }))!;
    const other = await incidents.record({ kind: 'broken', reason: 'r', raw: 'text' });
    const stored = await queries().get(id);
    expect(stored).toMatchObject({ kind: 'deadLetter', reason: 'bad � �', headers: { n: 1 }, instanceId, closedAt: null });
    expect(Buffer.compare(stored!.raw!, raw)).toBe(0);
    const first = await queries().list({ status: 'open' }, { limit: 1 });
    expect(first.items.map((incident) => incident.id)).toEqual([other]);
    expect(
      (await queries().list({ status: 'open' }, { limit: 1, cursor: first.next! })).items.map((incident) => incident.id),
    ).toEqual([id]);
    const resolve = () => new IncidentActs(database.dataSource).close([id], 'resolved', { actor: 'ada' });
    expect([await resolve(), await resolve()]).toEqual([[id], []]);
    expect((await queries().list({ status: 'resolved' }, { limit: 9 })).items.map((incident) => incident.id)).toEqual([id]);
    expect((await queries().list({ instanceId, kinds: ['broken'] }, { limit: 9 })).items).toEqual([]);
  });

  it('settles what was lost of an instance, whatever number is written at the end of its name', async () => {
    const incidents = new IncidentStore(database.dataSource);
    const instanceId = newId();
    const lost = (seq: string) =>
      incidents.record({ kind: 'lostStep', reason: 'r', instanceId, path: 'a', messageKey: `lostStep:${instanceId}:${seq}` });
    const [known] = [await lost('3'), await lost('9'.repeat(30))];
    expect(await new IncidentActs(database.dataSource).settleLost({ instanceId, seq: 7 }, { actor: 'ada' })).toEqual([known]);
  });

  it('knows whether a lost step has gone on, and takes for that what cannot be read', async () => {
    const movedOn = async (seq: number | string, ...events: [seq: number, type: string, path: string | null, data: string][]) => {
      const instanceId = newId();
      for (const event of events)
        await database.dataSource.query(
          `INSERT INTO workflow_events (instance_id, seq, generation, type, path, data, occurred_at) VALUES ($1, $2, 1, $3, $4, $5, 0)`,
          [instanceId, ...event],
        );
      return queries().hasMovedOn({ instanceId, path: 'ship/1/pack', messageKey: `lostStep:${instanceId}:${seq}` });
    };
    const retried = (data: string, seq = 6) => movedOn(5, [seq, 'instanceRetried', null, data]);
    expect(await movedOn(5, [5, 'stepFailed', 'ship/1/pack', '{}'], [6, 'stepFailed', 'ship/1', '{'])).toBe(false);
    expect(await movedOn(5, [6, 'stepScheduled', 'ship/1/pack', '{"cut'])).toBe(true);
    expect(await movedOn(5, [6, 'instanceStartedAgain', null, '{"cut'])).toBe(true);
    for (const other of ['{"path":"ship/1/pac"}', '{"path":"bill"}', '{"path":"ship/1/pack/x"}'])
      expect([other, await retried(other)]).toEqual([other, false]);
    for (const own of ['{}', '{"path":"ship"}', '{"path":"ship/1/pack"}', '{"path":7}', 'null', '[]', '{"cut', ''])
      expect([own, await retried(own), await retried(own, 5)]).toEqual([own, true, false]);
    const others = Array.from({ length: 101 }, (_, n): [number, string, null, string] => [
      6 + n,
      'instanceRetried',
      null,
      '{"path":"bill"}',
    ]);
    expect([await movedOn(5, ...others.slice(1)), await movedOn(5, ...others)]).toEqual([false, true]);
    expect(await movedOn('9'.repeat(30), [6, 'stepScheduled', 'ship/1/pack', '{}'])).toBe(false);
  });

  it('says of what it cannot store that it is the data', async () => {
    const tooLong = Array.from({ length: 3_000 }, () => String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 20_000))).join(
      '',
    );
    const kept = new IncidentStore(database.dataSource).record({ kind: 'deadLetter', reason: 'r', messageKey: tooLong });
    await expect(kept).rejects.toBeInstanceOf(DataFault);
  });

  it('keeps one incident a message, open or not', async () => {
    const incidents = new IncidentStore(database.dataSource);
    const about = (messageKey: string, reason: string) => incidents.record({ kind: 'refusedCommand', reason, messageKey });
    const first = (await about('refusedCommand:amqp:m-1', 'first'))!;
    await about('refusedCommand:amqp:m-1', 'second');
    await new IncidentActs(database.dataSource).close([first], 'resolved', { actor: 'ada' });
    await about('refusedCommand:amqp:m-1', 'third');
    await about('refusedCommand:amqp:\0', 'other');
    const { items } = await queries().list({ kinds: ['refusedCommand'] }, { limit: 9 });
    expect(items.map(({ reason }) => reason)).toEqual(['other', 'first']);
  });

  it('never takes an incident for written while the database is away', async () => {
    const incidents = new IncidentStore(createDataSource('postgres://127.0.0.1:1/nobody'), 2, () => 0);
    const tries = Array.from({ length: 6 }, () => incidents.record({ kind: 'refusedCommand', reason: 'INPUT_INVALID: no' }));
    expect((await Promise.allSettled(tries)).map(({ status }) => status)).toEqual(Array(6).fill('rejected'));
  });

  it('counts what strangers send too much of, in one incident a minute', async () => {
    await database.dataSource.query('TRUNCATE workflow_incidents');
    const incidents = new IncidentStore(database.dataSource, 3, () => 0);
    const ids: unknown[] = [];
    for (let n = 0; n < 50; n += 1)
      ids.push(await incidents.record({ kind: 'unreadable', reason: `BODY_INVALID: at ${n}`, messageKey: `unreadable:${n}` }));
    expect(ids.slice(3)).toEqual(Array(47).fill(undefined));
    const reasons = async () =>
      (await queries().list({ kinds: ['unreadable'] }, { limit: 99 })).items.map(({ reason }) => reason);
    while (!(await reasons())[0]!.startsWith('BODY_INVALID: 47 more')) await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await reasons()).slice(1)).toEqual([2, 1, 0].map((n) => `BODY_INVALID: at ${n}`));
  }, 10_000);

  it('logs what operators do, newest first', async () => {
    const log = new OperatorLog(database.dataSource);
    await log.append({ actor: 'a', action: 'cancel', target: 'x', reason: 'why' });
    await log.append({ actor: 'a', action: 'activate', target: 'y' });
    const page = await log.list({ actor: 'a' }, { limit: 1 });
    expect(page.items).toMatchObject([{ action: 'activate', reason: null }]);
    expect((await log.list({ actor: 'a' }, { limit: 5, cursor: page.next! })).items).toMatchObject([
      { action: 'cancel', reason: 'why' },
    ]);
  });

  it('sweeps old journal rows, but none that may be needed', async () => {
    const insert = (partition: number, batchNo: number, sentThrough: number) =>
      database.dataSource.query(
        `INSERT INTO workflow_batches VALUES (1, $1, $2, 1, $3, '{}', '{}', '{}', (extract(epoch FROM now()) * 1000)::bigint)`,
        [partition, batchNo, sentThrough],
      );
    for (const n of [1, 2, 3]) await insert(0, n, n - 1); // all sent but the last
    for (const n of [1, 2, 3]) await insert(1, n, 1); // 2 and 3 may have to be sent again
    await backdate('workflow_batches', 'committed_at', 8);
    await insert(2, 1, 0); // young
    await insert(2, 2, 2);
    expect(await new Maintenance(database.dataSource).sweep({ stepLogDays: 30 })).toMatchObject({
      journalRows: 3,
      eventPartitions: 0,
    });
    const left = await database.dataSource.query('SELECT partition, batch_no AS n FROM workflow_batches ORDER BY 1, 2');
    expect(left.map(({ partition, n }: { partition: number; n: number }) => `${partition}/${n}`)).toEqual([
      '0/3',
      '1/2',
      '1/3',
      '2/1',
      '2/2',
    ]);
  });

  it('forgets what changes came to when their repeats are known no more, and keeps their entries', async () => {
    const log = new OperatorLog(database.dataSource);
    const change = async (days: number): Promise<string> => {
      const at = Date.now() - days * 86_400_000;
      const id = lowestIdAt(at);
      await log.record({ actor: 'ada', action: 'queue.set', target: `q${days}`, id }, () => Promise.resolve({ days }));
      await database.dataSource.query('UPDATE workflow_operator_log SET at = $2 WHERE id = $1', [id, at]);
      return id;
    };
    const [old, young] = [await change(IDEMPOTENCY_DAYS + 1), await change(IDEMPOTENCY_DAYS - 1)];
    const maintenance = new Maintenance(database.dataSource);
    expect(await maintenance.sweep({ stepLogDays: 30 })).toMatchObject({ operatorLogResults: 1 });
    expect(await maintenance.sweep({ stepLogDays: 30 })).toMatchObject({ operatorLogResults: 0 });
    const rows = await database.dataSource.query(
      `SELECT id, result FROM workflow_operator_log WHERE action = 'queue.set' ORDER BY id`,
    );
    expect(rows).toEqual([
      { id: old, result: null },
      { id: young, result: `{"days":${IDEMPOTENCY_DAYS - 1}}` },
    ]);
  });

  it('sweeps step logs that are older than they are kept', async () => {
    const now = Date.now();
    const daysAgo = (days: number): number => now - days * 86_400_000;
    const [old, young] = [lowestIdAt(daysAgo(40)), newId()];
    const log = (id: string, no: number, at: number) =>
      database.dataSource.query(
        `INSERT INTO workflow_logs (instance_id, token, no, path, attempt, at, level, text) VALUES ($1, 1, $2, 'a', 1, $3, 'info', 'x')`,
        [id, no, at],
      );
    await log(old, 1, daysAgo(40));
    await log(old, 2, daysAgo(31));
    await log(old, 3, daysAgo(29));
    await log(young, 1, now);
    const maintenance = new Maintenance(database.dataSource);
    expect(await maintenance.sweep({ stepLogDays: 30 })).toMatchObject({ stepLogs: 2 });
    expect(await maintenance.sweep({ stepLogDays: 30 })).toMatchObject({ stepLogs: 0 });
    const left = await database.dataSource.query('SELECT instance_id AS id, no FROM workflow_logs ORDER BY 1, 2');
    expect(left).toEqual([
      { id: old, no: 3 },
      { id: young, no: 1 },
    ]);
  });
});
