import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { isEnded, type AuditEvent, type InstanceId } from '#libs/engine';
import { verifyInstances } from '#libs/persistence';
import { definitionOf, OrchestratorBench } from './bench/orchestrator-bench.js';

jest.setTimeout(120_000);

const task = (id: string): object => ({ id, task: 'work' });

/** When each of these had its place, by the audit log. */
function placesOf(histories: readonly (readonly AuditEvent[])[]): { from: number; to: number }[] {
  return histories.flatMap((history) => {
    const from = history.find(({ type, data }) => type === 'limitGranted' && (data as { kind: string }).kind === 'concurrency');
    return from === undefined ? [] : [{ from: from.at, to: history.at(-1)!.at }];
  });
}

/** The most that had a place in one moment; one that ends in the millisecond in which the next begins makes room for it. */
function mostAtOnce(places: readonly { from: number; to: number }[]): number {
  return Math.max(0, ...places.map(({ from }) => places.filter((other) => other.from <= from && from < other.to).length));
}

/** The most starts in any window of this length. */
function mostInAnyWindow(times: readonly number[], windowMs: number): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length));
}

describe('limits of definitions', () => {
  let bench: OrchestratorBench;
  beforeEach(async () => {
    bench = await OrchestratorBench.open();
  });
  afterEach(() => bench.close());

  const histories = (ids: readonly InstanceId[]) => Promise.all(ids.map((id) => bench.history(id)));
  const statusOf = async (id: InstanceId) => (await bench.head(id))!.status;
  const until = async (what: string, isSo: () => Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + 60_000;
    while (!(await isSo())) {
      if (performance.now() > deadline) throw new Error(`never saw ${what}`);
      await sleep(20);
    }
  };
  const nothingLeft = async () => {
    expect(await bench.rows('SELECT * FROM workflow_lock_requests WHERE free_at IS NULL')).toEqual([]);
    expect((await verifyInstances(bench.database.dataSource)).violations).toEqual([]);
  };

  it('lets 3 of 40 instances of a key run at a time, on two partitions, and leaves nothing behind', async () => {
    await bench.register(definitionOf('limited', [task('a')], { concurrency: { key: '${input.key}', limit: 3 } }));
    await bench.worker(() => ({}));
    await bench.node('one');
    const ids = await Promise.all(Array.from({ length: 40 }, () => bench.start('limited', { input: { key: 'k' } })));
    for (const id of ids) expect((await bench.end(id)).status).toBe('completed');
    expect(mostAtOnce(placesOf(await histories(ids)))).toBe(3);
    await nothingLeft();
  });

  it('keeps the limit, ends all and leaks nothing though orchestrators are killed', async () => {
    await bench.register(definitionOf('limited', [task('a'), task('b')], { concurrency: { limit: 3 } }));
    await bench.worker(() => ({}));
    let node = await bench.node('n-0');
    const ids = await bench.startMany('limited', 200);
    for (let life = 1; life <= 4; life += 1) {
      await until(`${life * 30} ends`, async () => {
        const [{ n }] = (await bench.rows<{ n: number }>(
          `SELECT count(*)::int AS n FROM workflow_instances WHERE status = 'completed'`,
        )) as [{ n: number }];
        return n >= life * 30;
      });
      await node.kill();
      await bench.expireLeases();
      node = await bench.node(`n-${life}`);
    }
    await until('all of them end', async () => {
      const open = await bench.rows(`SELECT 1 FROM workflow_instances WHERE status <> 'completed' LIMIT 1`);
      return open.length === 0;
    });
    const places = placesOf(await histories(ids));
    expect(places).toHaveLength(200);
    expect(mostAtOnce(places)).toBeLessThanOrEqual(3);
    await nothingLeft();
  });

  it('rejects exactly those for which nothing is free', async () => {
    await bench.register(definitionOf('limited', [task('a')], { concurrency: { limit: 2, onLimit: 'reject' } }));
    const worker = await bench.worker(() => undefined);
    await bench.node('one');
    const ids = await bench.startMany('limited', 20);
    const held = await worker.receives(2);
    await until('the others to fail', async () => {
      const statuses = await Promise.all(ids.map(statusOf));
      return statuses.filter((status) => status === 'failed').length === 18;
    });
    const failed = (await Promise.all(ids.map((id) => bench.head(id)))).filter((head) => head!.status === 'failed');
    expect(new Set(failed.map((head) => head!.error!.code))).toEqual(new Set(['LIMIT_REJECTED']));
    for (const command of held) await worker.complete(command, {});
    for (const { instanceId } of held) expect((await bench.end(instanceId as InstanceId)).status).toBe('completed');
    await nothingLeft();
  });

  it('cancels the oldest for the newest', async () => {
    const steps = [{ id: 'a', task: 'work', onCancel: 'abandon' }];
    await bench.register(definitionOf('limited', steps, { concurrency: { limit: 1, onLimit: 'cancelOldest' } }));
    const worker = await bench.worker(() => undefined);
    await bench.node('one');
    const first = await bench.start('limited');
    await worker.receives(1);
    const second = await bench.start('limited');
    expect((await bench.end(first)).status).toBe('cancelled');
    const [, next] = await worker.receives(2);
    expect(next!.instanceId).toBe(second);
    await worker.complete(next!, {});
    expect((await bench.end(second)).status).toBe('completed');
    await nothingLeft();
  });

  it('starts no more in any second than the rate, counted by the audit log', async () => {
    await bench.register(definitionOf('rated', [], { rate: { limit: 5, per: 'second' } }));
    await bench.node('one');
    const ids = await bench.startMany('rated', 18);
    for (const id of ids) expect((await bench.end(id)).status).toBe('completed');
    const times = (await histories(ids)).map((history) => history.find(({ type }) => type === 'limitGranted')!.at);
    expect(mostInAnyWindow(times, 1_000)).toBe(5);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThanOrEqual(3_000);
    await nothingLeft();
  });

  it('begins paused what starts while its definition is paused, and not what was paused before', async () => {
    await bench.register(definitionOf('halted', [task('a')]));
    await bench.worker(() => ({}));
    await bench.node('one');
    const later = await bench.start('halted', { startAt: Date.now() + 1_500 });
    await until('it to be looked at', async () => (await bench.head(later)) !== undefined);
    await bench.pool.query(`UPDATE workflow_definition_names SET paused_at = 1, paused_by = 'ana', pause_reason = 'till fixed'`);
    const one = await bench.start('halted');
    await until('both to be paused', async () => (await statusOf(one)) === 'paused' && (await statusOf(later)) === 'paused');
    expect((await bench.history(one)).map(({ type, data }) => [type, (data as { by?: string }).by])).toEqual([
      ['instanceStarted', undefined],
      ['instancePaused', 'ana'],
    ]);
    expect(isEnded(await statusOf(later))).toBe(false);
  });
});
