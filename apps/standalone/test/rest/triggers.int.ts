import { jest } from '@jest/globals';
import type { Trigger, TriggerRequest, TriggerRun } from '#libs/contracts';
import { until } from '#libs/testing';
import { all, Product, refusal } from './product.js';

const patienceMs = 15_000;
const echo = [{ id: 'a', type: 'set', values: '${input}' }];
const waits = [{ id: 'w', type: 'event', names: ['go'] }];

jest.setTimeout(60_000);

let product: Product;

beforeAll(async () => {
  product = await Product.open();
  await product.register('echo', echo);
  await product.register('waits', waits);
}, 30_000);
afterAll(() => product.close());

const put = (name: string, spec: Partial<TriggerRequest>): Promise<Trigger> =>
  product.client.putTrigger(name, { kind: 'schedule', definition: 'echo', cron: '* * * * * *', ...spec } as TriggerRequest);
const runsOf = (name: string): Promise<TriggerRun[]> => all(product.client.triggerRuns(name));

/** @returns the runs as soon as they are as wanted */
async function whenRuns(name: string, isWanted: (runs: TriggerRun[]) => boolean): Promise<TriggerRun[]> {
  let last: TriggerRun[] = [];
  const found = await until(async () => isWanted((last = await runsOf(name))) || undefined, patienceMs);
  if (found === undefined) throw new Error(`expected other runs of ${name}, but found ${JSON.stringify(last.slice(0, 5))}`);
  return last;
}

describe('a schedule', () => {
  it('starts an instance each second, with what its expressions make of the slot', async () => {
    await put('each.second', { input: { at: '${scheduledAt}' }, key: 'second-${scheduledAt}' });
    const runs = await whenRuns('each.second', (found) => found.length >= 3);
    await product.client.pauseTrigger('each.second', { reason: 'enough', by: 'ada' });
    for (const run of runs) expect(run).toMatchObject({ how: 'schedule', outcome: 'started', count: 1, reason: null });
    const slots = runs.map(({ scheduledAt }) => Date.parse(scheduledAt));
    expect(slots).toEqual(slots.map((_, index) => slots[0]! - index * 1_000));
    const instance = await product.end(runs.at(-1)!.instance!);
    expect(instance).toMatchObject({
      key: `second-${runs.at(-1)!.scheduledAt}`,
      output: { at: runs.at(-1)!.scheduledAt },
      trigger: { name: 'each.second', scheduledAt: runs.at(-1)!.scheduledAt },
    });
    expect(await product.client.getTrigger('each.second')).toMatchObject({
      status: 'paused',
      note: 'enough',
      by: 'ada',
      nextAt: null,
      lastOutcome: 'started',
    });
  });

  it('skips while one runs, and says so', async () => {
    await put('skipping', { definition: 'waits', overlap: 'skip' });
    const runs = await whenRuns('skipping', (found) => found.length >= 3);
    await product.client.pauseTrigger('skipping');
    expect(runs.filter(({ outcome }) => outcome === 'started')).toHaveLength(1);
    expect(runs[0]).toMatchObject({ outcome: 'skipped', reason: 'an earlier one was still running' });
  });

  it('keeps one slot for when the one before has ended', async () => {
    await put('queueing', { definition: 'waits', overlap: 'queueOne' });
    const runs = await whenRuns('queueing', (found) => found.length >= 3);
    expect(runs.map(({ outcome }) => outcome).slice(-3)).toEqual(['skipped', 'queued', 'started']);
    await product.client.cancel(runs.at(-1)!.instance!);
    const later = await whenRuns('queueing', (found) => found.at(-2)?.outcome === 'started');
    await product.client.pauseTrigger('queueing');
    expect(later.at(-2)).toMatchObject({ scheduledAt: runs.at(-2)!.scheduledAt, status: expect.any(String) });
  });

  it('cancels the old one for the new', async () => {
    await put('cancelling', { definition: 'waits', overlap: 'cancelOld' });
    const runs = await whenRuns('cancelling', (found) => found.length >= 2);
    await product.client.pauseTrigger('cancelling');
    expect(await product.end(runs.at(-1)!.instance!)).toMatchObject({ status: 'cancelled' });
  });

  it('waits for its jitter, and keeps its slot', async () => {
    await put('spread', { jitter: '1h' });
    const [run] = await whenRuns('spread', (found) => found.length >= 1);
    await product.client.pauseTrigger('spread');
    const instance = await product.client.getInstance(run!.instance!);
    expect(instance).toMatchObject({ status: 'pending', trigger: { scheduledAt: run!.scheduledAt } });
    expect(Date.parse(instance.startAt!)).toBeGreaterThanOrEqual(Date.parse(run!.scheduledAt));
    await product.client.cancel(run!.instance!);
  });

  it.each<[string, Partial<TriggerRequest>, RegExp]>([
    ['a definition nobody knows', { definition: 'no.such' }, /DEFINITION_NOT_FOUND/],
    ['an expression that fails', { input: { a: '${[1][1 + scheduledAt.getHours()]}' } }, /EXPRESSION_FAILED/],
    ['an input that is refused', { definition: 'strict', input: { n: 'x' } }, /INPUT_INVALID.*\/n/],
  ])('has failed runs of %s, and disables itself after so many', async (_what, spec, reason) => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } } };
    await product.register('strict', echo, { input: { schema } });
    await put('failing', { ...spec, disableAfter: 2 });
    await until(async () => (await product.client.getTrigger('failing')).status === 'disabled' || undefined, patienceMs);
    const [last, before] = await runsOf('failing');
    expect([last?.outcome, before?.outcome]).toEqual(['failed', 'failed']);
    expect(last!.reason).toMatch(reason);
    expect(await product.client.getTrigger('failing')).toMatchObject({
      status: 'disabled',
      failuresInRow: 2,
      note: 'disabled itself after 2 failures in a row',
      nextAt: null,
    });
    await product.client.deleteTrigger('failing');
  });

  it('disables itself when what it starts fails', async () => {
    await product.register('fails', [{ id: 'f', type: 'fail', code: 'BOOM' }]);
    await put('ending.badly', { definition: 'fails', disableAfter: 2 });
    await until(async () => (await product.client.getTrigger('ending.badly')).status === 'disabled' || undefined, patienceMs);
    expect((await product.client.getTrigger('ending.badly')).failuresInRow).toBeGreaterThanOrEqual(2);
    const resumed = await product.client.resumeTrigger('ending.badly', { reason: 'mended' });
    expect(resumed).toMatchObject({ status: 'active', failuresInRow: 0, note: null });
    await product.client.deleteTrigger('ending.badly');
  });

  it('comes with the version of a definition that is active, and is paused but not changed by itself', async () => {
    await product.register('report', echo, { triggers: [{ kind: 'schedule', cron: '0 9 1 1 *', name: 'new.year' }] });
    expect(await product.client.getTrigger('new.year')).toMatchObject({ source: 'definition', definition: 'report' });
    expect(await refusal(put('new.year', {}))).toMatchObject({ status: 409, code: 'TRIGGER_OF_DEFINITION' });
    expect(await refusal(product.client.deleteTrigger('new.year'))).toMatchObject({ code: 'TRIGGER_OF_DEFINITION' });
    await product.client.pauseTrigger('new.year');
    const taken = product.register('other', echo, { triggers: [{ kind: 'schedule', cron: '0 9 1 1 *', name: 'new.year' }] });
    expect(await refusal(taken)).toMatchObject({ status: 409, code: 'TRIGGER_TAKEN' });
  });
});

describe('runs by hand', () => {
  it('start now, also where the schedule is paused, and once a request', async () => {
    await put('by.hand', { cron: '0 0 1 1 *', input: { at: '${scheduledAt}' } });
    await product.client.pauseTrigger('by.hand');
    const options = { idempotencyKey: 'run-1' };
    const run = await product.client.runTrigger('by.hand', { reason: 'now' }, options);
    expect(run).toMatchObject({ how: 'manual', outcome: 'started' });
    expect(await product.client.runTrigger('by.hand', { reason: 'now' }, options)).toEqual(run);
    expect(await product.end(run.instance!)).toMatchObject({ status: 'completed', output: { at: run.scheduledAt } });
    expect(await runsOf('by.hand')).toHaveLength(1);
  });

  it('that cannot start say why', async () => {
    await put('by.hand.failing', { cron: '0 0 1 1 *', definition: 'no.such' });
    expect(await product.client.runTrigger('by.hand.failing')).toMatchObject({
      outcome: 'failed',
      instance: null,
      reason: expect.stringContaining('DEFINITION_NOT_FOUND'),
    });
  });
});

it('a hook is not run, foreseen or made up for: it starts when something comes', async () => {
  await product.client.putTrigger('a.hook', { kind: 'hook', definition: 'echo' });
  const range = { from: '2027-03-01T00:00:00Z', to: '2027-03-02T00:00:00Z' };
  const asks = [
    product.client.runTrigger('a.hook'),
    product.client.nextTimes('a.hook'),
    product.client.backfillTrigger('a.hook', range),
  ];
  for (const asked of asks) expect(await refusal(asked)).toMatchObject({ status: 409, code: 'ACTION_NOT_POSSIBLE' });
});

describe('a backfill', () => {
  const range = { from: '2027-03-01T00:00:00Z', to: '2027-03-01T05:00:00Z' };

  it('counts, then starts each slot once, however often it is asked for', async () => {
    await put('hourly', { cron: '0 * * * *', input: { at: '${scheduledAt}' } });
    const counted = { slots: 5, first: '2027-03-01T00:00:00.000Z', last: '2027-03-01T04:00:00.000Z' };
    expect(await product.client.backfillTrigger('hourly', { ...range, dryRun: true })).toEqual({ ...counted, dryRun: true });
    for (let times = 1; times <= 2; times++) await product.client.backfillTrigger('hourly', range);
    await product.client.backfillTrigger('hourly', { ...range, to: '2027-03-01T06:00:00Z' });
    const runs = await whenRuns('hourly', (found) => found.length >= 6);
    expect(new Set(runs.map(({ scheduledAt }) => scheduledAt)).size).toBe(6);
    expect(new Set(runs.map(({ instance }) => instance)).size).toBe(6);
    expect(runs.every(({ how, outcome }) => how === 'backfill' && outcome === 'started')).toBe(true);
  });

  it('goes one after the other with queueOne', async () => {
    await put('sequel', { cron: '0 * * * *', definition: 'waits' });
    await product.client.backfillTrigger('sequel', { ...range, to: '2027-03-01T02:00:00Z', overlap: 'queueOne' });
    const [first] = await whenRuns('sequel', (found) => found.length === 1);
    await product.client.sendEventToInstance(first!.instance!, { name: 'go' });
    await whenRuns('sequel', (found) => found.length === 2);
  });

  it('is bounded, and goes forwards', async () => {
    const far = await refusal(product.client.backfillTrigger('hourly', { ...range, to: '2029-03-01T05:00:00Z' }));
    expect(far).toMatchObject({ status: 422, errors: [{ path: '/to', hint: expect.stringContaining('2028-') }] });
    const back = await refusal(product.client.backfillTrigger('hourly', { from: range.to, to: range.from }));
    expect(back).toMatchObject({ status: 422, errors: [{ path: '/to' }] });
  });
});

describe('what is to come', () => {
  it('is told with local times, in words, and with what clock changes do', async () => {
    const { times, text, warnings } = await product.client.previewSchedule({
      cron: '30 2 * * *',
      timezone: 'America/New_York',
      count: 2,
    });
    expect(text).toBe('At 02:30 (America/New_York)');
    expect(times).toHaveLength(2);
    expect(times[0]!.local).toMatch(/^\d{4}-\d\d-\d\dT02:30:00-0[45]:00$|T03:00:00/);
    expect(warnings).toEqual([expect.stringMatching(/^On \d{4}-03-\d\d there is no 02:30 .* due at 03:00\.$/)]);
  });

  it('is told of a trigger too', async () => {
    await put('nine', { cron: '0 9 * * *' });
    expect((await product.client.nextTimes('nine', { count: 3 })).times).toHaveLength(3);
    expect((await product.client.getTrigger('nine')).text).toBe('At 09:00 (UTC)');
  });
});
