import type { AuditEventItem, Instance } from '#libs/contracts';
import { until } from '#libs/testing';
import { describeWithServers, faultFixture, type FaultFixture } from '../faults/fixture.js';

/** With `ORQUESTRA_TEST_SCALE=full` all items and rounds are tasks of a worker (some minutes); else most of them are values only. */
const isFull = process.env['ORQUESTRA_TEST_SCALE'] === 'full';
const items = 50_000;
const tasks = isFull ? items : items / 10;
const rounds = 10_000;
const patienceMs = isFull ? 900_000 : 240_000;

const echo = (id: string, input: unknown): object => ({ id, task: 'echo', input });
const set = (id: string, values: object): object => ({ id, type: 'set', values });

describeWithServers('large instances', () => {
  let bench: FaultFixture;
  let started = 0;
  beforeAll(async () => {
    bench = await faultFixture({ counts: { worker: 1 } });
  }, 120_000);
  afterAll(() => bench?.[Symbol.asyncDispose](), 60_000);

  async function start(name: string, steps: object[], rest: object = {}): Promise<string> {
    await bench.client.registerDefinition({ document: { name, version: '1.0.0', steps, ...rest } });
    started += 1;
    return (await bench.client.startInstance({ definition: name, input: {} })).id;
  }

  async function timed<T>(what: string, call: () => Promise<T>, atMostMs = Number.POSITIVE_INFINITY): Promise<T> {
    const since = performance.now();
    const result = await call();
    const ms = Math.round(performance.now() - since);
    process.stdout.write(`${what}: ${ms} ms\n`);
    expect(ms).toBeLessThan(atMostMs);
    return result;
  }

  const lastSeq = async (id: string): Promise<number> => {
    for await (const each of bench.client.listInstances({ idPrefix: id })) return each.seq;
    return 0;
  };

  it(`a repeat of ${rounds} rounds counts to ${rounds}`, async () => {
    const count = set('count', { n: '${(last == null ? 0 : last.n) + 1}' });
    const round = isFull ? [count, echo('tell', '${steps.count.output}')] : [count];
    const id = await start('large.repeat', [{ id: 'loop', type: 'repeat', while: `\${index < ${rounds}}`, steps: round }]);
    const ended = await timed('repeat', () => bench.client.waitForInstance(id, { timeoutMs: patienceMs }));
    expect(ended).toMatchObject({ status: 'completed', output: { n: rounds } });
  }, 1_000_000);

  it(`a forEach of ${tasks} tasks keeps every output in its place`, async () => {
    const document = [
      { id: 'each', type: 'forEach', items: Array.from({ length: tasks }, (_, n) => n), steps: [echo('say', '${item}')] },
    ];
    const id = await start('large.for-each', document);
    const ended = await timed('forEach', () => bench.client.waitForInstance(id, { timeoutMs: patienceMs }));
    expect(ended.status).toBe('completed');
    expect(ended.steps[0]?.counts).toEqual({ total: tasks, completed: tasks, failed: 0, cancelled: 0 });
    const steps = await timed('all its steps', () => bench.client.steps(id, { status: ['completed'] }));
    expect(steps).toHaveLength(tasks + 1);
  }, 1_000_000);

  it('an instance of more than 200,000 events is read, page by page, and cancelled in under a second', async () => {
    const values = isFull ? echo : (id: string, n: string) => set(id, { n });
    const body = ['a', 'b', 'c', 'd'].map((name) => values(name, '${item}'));
    const id = await start('large.events', [
      { id: 'each', type: 'forEach', items: Array.from({ length: items }, (_, n) => n), keep: 'none', steps: body },
      { id: 'wait', type: 'event', names: ['never'] },
    ]);
    const isWaiting = async (): Promise<true | undefined> => {
      await new Promise((resolve) => setTimeout(resolve, 500)); // asking is not what is measured
      for await (const each of bench.client.listInstances({ idPrefix: id })) return each.status === 'waiting' || undefined;
      return undefined;
    };
    expect(await timed('200,000 events', () => until(isWaiting, patienceMs))).toBe(true);
    const seq = await lastSeq(id);
    expect(seq).toBeGreaterThan(200_000);
    const seen = await timed('read', () => bench.client.getInstance(id));
    expect(seen.waitingFor).toMatchObject([{ path: 'wait', reason: 'event' }]);
    await timed('read again', () => bench.client.getInstance(id), 1_000);
    const tail = await timed(
      'the last page of the history',
      async () => {
        const events: AuditEventItem[] = [];
        for await (const event of bench.client.history(id, seq - 1_000)) events.push(event);
        return events;
      },
      1_000,
    );
    expect(tail.map((event) => event.seq)).toEqual(Array.from({ length: 1_000 }, (_, n) => seq - 999 + n));
    await timed('the steps of one item', () => bench.client.steps(id, { under: 'each/49999', withData: true }), 1_000);
    const ended: Instance = await timed(
      'cancel',
      async () => {
        await bench.client.cancel(id, {}, { waitMs: 20_000 });
        return bench.client.waitForInstance(id, { timeoutMs: 20_000 });
      },
      1_000,
    );
    expect(ended.status).toBe('cancelled');
  }, 1_000_000);

  it('all of it is stored as the histories say', async () => {
    expect(await timed('verify', () => bench.verify())).toMatchObject({ violations: 0, checked: started });
  }, 300_000);
});
