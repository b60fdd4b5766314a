import { jest } from '@jest/globals';
import { SpoiltRow } from '../payloads/spoilt.js';
import { newId } from '../testing/rows.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { OperatorLog } from './operator-log.js';

jest.setTimeout(60_000); // the first start of an embedded server

const entry = (id?: string) => ({ id, actor: 'ada', action: 'queue.set', target: 'q' });

describe.each(servers)('a change and its entry on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let log: OperatorLog;

  beforeAll(async () => {
    database = await server.migrated();
    log = new OperatorLog(database.dataSource);
    await database.dataSource.query('CREATE TABLE changes (id text, no integer)');
  });
  beforeEach(() => database.dataSource.query('TRUNCATE changes, workflow_operator_log'));
  afterAll(() => database.drop());

  const rows = async (table: string): Promise<number> => (await database.dataSource.query<[]>(`SELECT * FROM ${table}`)).length;

  it('are made once for a request, however often and however many at once try it, and every try hears what it came to', async () => {
    const id = newId();
    const attempt = (no: number) =>
      log.record(entry(id), async (manager) => {
        await manager.query('INSERT INTO changes VALUES ($1, $2)', [id, no]);
        return { no };
      });
    const answers = await Promise.all([1, 2, 3, 4].map(attempt));
    expect(new Set(answers.map(({ no }) => no)).size).toBe(1);
    await expect(attempt(5)).resolves.toEqual(answers[0]);
    await expect(log.resultOf(id)).resolves.toEqual(answers[0]);
    expect([await rows('changes'), await rows('workflow_operator_log')]).toEqual([1, 1]);
  });

  it('keeps a result for who may ask for it again only', async () => {
    await log.record(entry(), () => Promise.resolve(7));
    await log.record(entry(newId()), () => Promise.resolve(7));
    const kept = await database.dataSource.query<unknown[]>('SELECT result FROM workflow_operator_log ORDER BY result');
    expect(kept).toEqual([{ result: '7' }, { result: null }]);
    expect((await log.list({}, { limit: 5 })).items.map(({ result }) => result)).toEqual([undefined, undefined]);
  });

  it('says of a result that somebody has written over that it cannot be read', async () => {
    const id = newId();
    await log.record(entry(id), () => Promise.resolve(7));
    await database.dataSource.query(`UPDATE workflow_operator_log SET result = '{'`);
    await expect(log.record(entry(id), () => Promise.resolve(8))).rejects.toThrow(SpoiltRow);
  });

  it('are tried again when somebody else wins a deadlock', async () => {
    const { dataSource } = database;
    await dataSource.query(`INSERT INTO changes VALUES ('a', 0), ('b', 0)`);
    const holdsBoth = Promise.withResolvers<void>();
    let holders = 0;
    const both = (first: string, then: string) =>
      log.record(entry(newId()), async (manager) => {
        await manager.query('UPDATE changes SET no = no + 1 WHERE id = $1', [first]);
        if ((holders += 1) === 2) holdsBoth.resolve();
        await holdsBoth.promise;
        await manager.query('UPDATE changes SET no = no + 1 WHERE id = $1', [then]);
        return true;
      });
    await Promise.all([both('a', 'b'), both('b', 'a')]);
    expect(holders).toBeGreaterThan(2);
    expect(await dataSource.query('SELECT DISTINCT no FROM changes')).toEqual([{ no: 2 }]);
  });

  it('are durable, and given up when their process stands still', async () => {
    const settings = await log.record(entry(), (manager) =>
      manager.query(
        `SELECT current_setting('synchronous_commit') AS commit, current_setting('idle_in_transaction_session_timeout') AS idle`,
      ),
    );
    expect(settings).toEqual([{ commit: 'on', idle: '10s' }]);
    const after = await database.dataSource.query(`SELECT current_setting('idle_in_transaction_session_timeout') AS idle`);
    expect(after).toEqual([{ idle: '0' }]);
  });

  it('leaves no connection behind that is lost amid a change', async () => {
    const amid = Promise.withResolvers<number>();
    const lost = log.record(entry(), async (manager, client) => {
      const [{ pid }] = await manager.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
      const gone = new Promise((resolve) => client.once('end', resolve));
      amid.resolve(pid);
      await gone;
      return manager.query('SELECT 1');
    });
    await database.dataSource.query('SELECT pg_terminate_backend($1)', [await amid.promise]);
    await expect(lost).rejects.toMatchObject({ code: '57P01' });
    await expect(log.record(entry(), () => Promise.resolve('done'))).resolves.toBe('done');
    expect(await rows('workflow_operator_log')).toBe(1);
  });
});
