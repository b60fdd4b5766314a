import { jest } from '@jest/globals';
import type { StepCommand } from '#libs/contracts';
import type { InstanceId } from '#libs/engine';
import { LogQueries, type StoredLog } from '#libs/persistence';
import { until } from '#libs/testing';
import { definitionOf, OrchestratorBench } from './bench/orchestrator-bench.js';
import type { ScriptedWorker } from './bench/scripted-worker.js';

jest.setTimeout(60_000);

const refOf = ({ instanceId, path, token }: StepCommand) => ({ instanceId, path, token });
const line = (no: number, text: string, facts: object = {}) => ({
  no,
  at: 1_700_000_000_000 + no,
  level: 'info',
  text,
  ...facts,
});

describe('what running steps report', () => {
  let bench: OrchestratorBench;
  let worker: ScriptedWorker;
  beforeEach(async () => {
    bench = await OrchestratorBench.open();
    worker = await bench.worker(() => undefined);
    await bench.node('one');
  });
  afterEach(() => bench.close());

  const begun = async (step: object = {}): Promise<{ id: InstanceId; command: StepCommand }> => {
    await bench.register(definitionOf('one', [{ id: 'a', task: 'work', ...step }]));
    const id = await bench.start('one');
    const [command] = await worker.receives(1);
    return { id, command: command! };
  };
  const logs = (id: InstanceId, page: object = {}): Promise<StoredLog[]> =>
    new LogQueries(bench.database.dataSource).page(id, { after: 0, limit: 1_000, ...page });
  const stored = (id: InstanceId, count: number) =>
    until(async () => ((await logs(id)).length === count ? true : undefined), 10_000);

  it('logs of an attempt are kept once, however often and in whatever order they come', async () => {
    const { id, command } = await begun();
    const of = { kind: 'progress', ...refOf(command), worker: worker.id, attempt: 1 };
    await worker.tell(command, { ...of, logs: [line(2, 'two'), line(3, 'thr\u0000ee', { level: 'warn', at: 1e300 })] });
    await worker.tell(command, { ...of, logs: [line(1, 'one'), line(2, 'two')] });
    const end = { kind: 'completed', ...refOf(command), output: 1, worker: worker.id, startedAt: 0, attempt: 1 };
    await worker.tell(command, { ...end, logs: [line(4, 'four')] }, { ...end, logs: [line(4, 'four'), line(5, 'late')] });
    expect(await bench.end(id)).toMatchObject({ status: 'completed' });
    await worker.tell(command, { ...of, logs: [line(6, 'after the end')] });
    await stored(id, 6);
    const found = await logs(id);
    expect(found.map(({ text }) => text)).toEqual(['two', 'thr\uFFFDee', 'one', 'four', 'late', 'after the end']);
    expect(found[1]).toMatchObject({ path: 'a', attempt: 1, no: 3, level: 'warn' });
    expect(found[1]!.at).toBeLessThanOrEqual(Date.now() + 1_000); // its worker's clock said another year
    expect((await bench.history(id)).map(({ type }) => type)).not.toContain('stepProgressed');
  });

  it('logs are read page by page, of one step and those inside it', async () => {
    const { id, command } = await begun();
    const of = (path: string, token: number) => ({ kind: 'progress', ...refOf(command), path, token, worker: 'w', attempt: 1 });
    const lines = Array.from({ length: 250 }, (_, n) => line(n + 1, `n${n}`));
    await worker.tell(
      command,
      { ...of('a', 3), logs: lines },
      { ...of('a/1/b', 4), logs: lines },
      { ...of('ab', 5), logs: lines },
    );
    await stored(id, 750);
    expect((await logs(id, { path: 'a' })).length).toBe(500);
    expect(new Set((await logs(id, { path: 'a/1' })).map(({ path }) => path))).toEqual(new Set(['a/1/b']));
    const pages: StoredLog[] = [];
    for (let after = 0, page = await logs(id, { limit: 100 }); page.length > 0; page = await logs(id, { after, limit: 100 })) {
      pages.push(...page);
      after = page.at(-1)!.id;
    }
    expect(pages).toEqual(await logs(id));
    expect(await logs(await bench.start('one'))).toEqual([]);
  });

  it('the next attempt gets what the one before told last', async () => {
    const { id, command } = await begun({ heartbeat: '10s', retry: { maxAttempts: 2, delay: '0ms', jitter: 0 } });
    expect(command).toMatchObject({ claimed: true, heartbeatMs: 10_000 });
    expect(command.lastProgress).toBeUndefined();
    await worker.claim(command);
    const of = { kind: 'progress', ...refOf(command), worker: worker.id };
    await worker.tell(command, { ...of, details: { row: 1 } }, { ...of, details: { row: 7 } });
    const failure = { code: 'BOOM', message: 'boom', retryable: true };
    await worker.tell(command, { kind: 'failed', ...refOf(command), failure, worker: worker.id, startedAt: 0 });
    worker.forget(command);
    const [, second] = await worker.receives(2);
    expect(second).toMatchObject({ attempt: 2, lastProgress: { row: 7 } });
    await worker.tell(second!, { ...of, details: { row: 9 } }); // of the attempt that is over
    await worker.complete(second!);
    expect(await bench.end(id)).toMatchObject({ status: 'completed' });
    const told = (await bench.history(id)).flatMap((event) => (event.type === 'stepProgressed' ? [event.data.details] : []));
    expect(told).toEqual([{ row: 1 }, { row: 7 }]);
  });

  it('a silent handler is a lost attempt: the next one does not use up the retries, and atMostOnce has none', async () => {
    const failure = { code: 'HEARTBEAT_LOST', message: 'silent', retryable: true };
    const { id, command } = await begun({ heartbeat: '10s', retry: 'none' });
    await worker.claim(command);
    await worker.tell(command, { kind: 'failed', ...refOf(command), failure, worker: worker.id, startedAt: 0 });
    worker.forget(command);
    const [, second] = await worker.receives(2);
    expect(second).toMatchObject({ attempt: 2 });
    await worker.complete(second!);
    expect(await bench.end(id)).toMatchObject({ status: 'completed' });
    await bench.register(definitionOf('once', [{ id: 'a', task: 'work', heartbeat: '10s', effect: 'atMostOnce' }]));
    const once = await bench.start('once');
    const [, , only] = await worker.receives(3);
    await worker.claim(only!);
    await worker.tell(only!, { kind: 'failed', ...refOf(only!), failure, worker: worker.id, startedAt: 0 });
    expect(await bench.end(once)).toMatchObject({ status: 'failed', error: { code: 'HEARTBEAT_LOST' } });
    expect(worker.received).toHaveLength(3);
  });
});
