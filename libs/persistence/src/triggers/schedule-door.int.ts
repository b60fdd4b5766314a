import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import { triggerRecord } from '#libs/engine';
import { createHotPool } from '../connections/hot-pool.js';
import { Maintenance } from '../schema/maintenance.js';
import { startRow } from '../testing/rows.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { EndsDoor } from './ends-door.js';
import { RunDoor } from './run-door.js';
import { ScheduleDoor } from './schedule-door.js';
import type { DueSchedule, NewRun, SettledSchedule } from './schedule-rows.js';
import { TriggerStore } from './trigger-store.js';

jest.setTimeout(60_000); // the first start of an embedded server

const HOUR = 3_600_000;

describe.each(servers)('ScheduleDoor on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let pool: Pool;
  let door: ScheduleDoor;
  let store: TriggerStore;

  beforeAll(async () => {
    database = await server.migrated();
    pool = createHotPool(database.url);
    door = new ScheduleDoor(pool);
    store = new TriggerStore(database.dataSource);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(() =>
    database.dataSource.query(
      'TRUNCATE workflow_triggers, workflow_trigger_runs, workflow_instances, workflow_wakeups, workflow_incidents',
    ),
  );

  const put = (name: string, more: object = {}) =>
    store.put({ name, ...triggerRecord({ kind: 'schedule', definition: 'd', cron: '* * * * *', ...more }) });
  const start = (key: string | null = null) => startRow({ key });
  const run = (slot: number, more: Partial<NewRun> = {}): NewRun => ({
    ...{ lane: 'slot', slot, how: 'schedule', outcome: 'started', count: 1, reason: null, start: start() },
    ...more,
  });
  const settled = (due: DueSchedule, runs: NewRun[], more: Partial<SettledSchedule> = {}): SettledSchedule => ({
    ...{ trigger: due.trigger, runs, cancels: [], position: due.nowMs, nextAt: due.nowMs + HOUR },
    ...more,
  });
  const instances = async (): Promise<number> =>
    (await database.dataSource.query<{ n: number }[]>('SELECT count(*)::int AS n FROM workflow_instances'))[0]!.n;

  it('gives each schedule to one of many that look at once, and each slot starts one instance', async () => {
    for (let n = 1; n <= 30; n++) await put(`many.${n}`);
    const looks = Array.from({ length: 6 }, () =>
      door.settleDue(10, (due) => Promise.resolve(due.map((one) => settled(one, [run(1)])))),
    );
    const looked = (await Promise.all(looks)).reduce((sum, one) => sum + one.looked, 0);
    expect({ looked, instances: await instances() }).toEqual({ looked: 30, instances: 30 });
    expect((await door.settleDue(10, () => Promise.reject(new Error('nothing is due')))).looked).toBe(0);
  });

  it('starts a slot once, whoever asks for it again', async () => {
    for (let times = 1; times <= 2; times++) {
      await put('again');
      await door.settleDue(1, (due) => Promise.resolve(due.map((one) => settled(one, [run(1), run(2)]))));
    }
    expect(await instances()).toBe(2);
  });

  it('keeps nothing of a look that breaks off', async () => {
    await put('broken');
    await expect(door.settleDue(1, () => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
    expect((await door.settleDue(1, (due) => Promise.resolve(due.map((one) => settled(one, [run(1)]))))).started).toHaveLength(1);
  });

  it('says of a key that is taken whose it is, and starts nothing', async () => {
    await put('keyed');
    const keyed = [run(1, { start: start('k') }), run(2, { start: start('k') })];
    const { started } = await door.settleDue(1, (due) => Promise.resolve(due.map((one) => settled(one, keyed))));
    expect(started).toHaveLength(1);
    const { items } = await new RunDoor(pool).list('keyed', { limit: 5 });
    const skipped = { outcome: 'skipped', instance: started[0], reason: 'an instance with this key is there already' };
    expect(items.find(({ outcome }) => outcome === 'skipped')).toMatchObject(skipped);
  });

  it('disables a schedule after failures in a row, with an incident', async () => {
    await put('failing', { disableAfter: 2 });
    const failed = [1, 2].map((slot) => run(slot, { outcome: 'failed', reason: 'why', start: undefined }));
    const { disabled } = await door.settleDue(1, (due) => Promise.resolve(due.map((one) => settled(one, failed))));
    expect(disabled).toEqual(['failing']);
    expect(await store.get('failing')).toMatchObject({ status: 'disabled', nextAt: null, failuresInRow: 2 });
    expect(await database.dataSource.query('SELECT kind, reason FROM workflow_incidents')).toEqual([
      { kind: 'triggerDisabled', reason: 'trigger failing disabled itself after 2 failures in a row' },
    ]);
  });

  it('counts each end once, and looks at all that are open in turn', async () => {
    await put('ends');
    const runs = [1, 2, 3].map((slot) => run(slot));
    await door.settleDue(1, (due) => Promise.resolve(due.map((one) => settled(one, runs))));
    await database.dataSource.query(`UPDATE workflow_instances SET status = 'failed', ended_at = 1 WHERE id = ANY ($1)`, [
      runs.slice(1).map(({ start: { id } = start() }) => id),
    ]);
    const ends = new EndsDoor(pool);
    const first = await ends.settleEnds(null, 2);
    expect((await ends.settleEnds(first.after, 2)).after).toBeNull();
    await Promise.all([ends.settleEnds(null, 9), ends.settleEnds(null, 9)]);
    expect(await store.get('ends')).toMatchObject({ failuresInRow: 2 });
  });

  it('wakes schedules that are ahead of a clock that was put back', async () => {
    await put('ahead');
    const year = 365 * 24 * HOUR;
    await door.settleDue(1, (due) =>
      Promise.resolve(due.map((one) => settled(one, [], { position: one.nowMs + year, nextAt: one.nowMs + year + 1 }))),
    );
    expect((await door.settleDue(1, () => Promise.resolve([]))).looked).toBe(0);
    expect(await door.wakeTooFar(60_000)).toBe(1);
    expect((await door.settleDue(1, (due) => Promise.resolve(due.map((one) => settled(one, []))))).looked).toBe(1);
  });

  it('keeps runs for 30 days', async () => {
    await put('old');
    await door.settleDue(1, (due) => Promise.resolve(due.map((one) => settled(one, [run(1), run(2)]))));
    const old = '01900000-0000-7000-8000-000000000001'; // of 2024
    await database.dataSource.query('UPDATE workflow_trigger_runs SET id = $1 WHERE slot = 1', [old]);
    expect(await new Maintenance(database.dataSource).sweep({ stepLogDays: 30 })).toMatchObject({ triggerRuns: 1 });
  });
});
