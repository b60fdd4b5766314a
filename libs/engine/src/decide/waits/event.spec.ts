import type { JsonObject } from '../../model/json.js';
import { send, started, typesOf } from '../../testing/waiting.js';
import { eventFits } from './event-fits.js';

const wait = (more: JsonObject = {}): JsonObject => ({ id: 'w', type: 'event', names: ['paid'], ...more });
const iso = (ms: number): string => new Date(ms).toISOString();
const accepted = { accepted: true };
const late = { id: 'late', type: 'sleep', for: '1m' };

describe('event', () => {
  it('takes the event it waits for, and outputs it', () => {
    const shell = started([wait({ names: ['paid', 'refused'] })]);
    expect(shell.state.status).toBe('waiting');
    expect(send(shell, 'e1', 'refused', { why: 'no money' })).toMatchObject(accepted);
    expect(shell.state.output).toEqual({ name: 'refused', payload: { why: 'no money' }, id: 'e1', at: iso(1_000_000) });
  });

  it('outputs one of each name with match: all, and keeps a second of the same name', () => {
    const shell = started([wait({ names: ['paid', 'packed'], match: 'all' })]);
    send(shell, 'e1', 'paid', 1);
    send(shell, 'e2', 'paid', 2);
    expect(shell.state.events.map(({ id }) => id)).toEqual(['e2']);
    send(shell, 'e3', 'packed', 3);
    expect(shell.state.output).toEqual({
      paid: { payload: 1, id: 'e1', at: iso(1_000_000) },
      packed: { payload: 3, id: 'e3', at: iso(1_000_000) },
    });
  });

  it('counts a name that is given twice once', () => {
    const shell = started([wait({ names: '${["paid", "paid"]}', match: 'all' })]);
    send(shell, 'e1', 'paid');
    expect(shell.state.status).toBe('completed');
  });

  it('looks at payload, input and steps in its filter', () => {
    const filter = '${event.payload.order == input.order && event.name == "paid" && steps.a.output.n == 1}';
    const shell = started([{ id: 'a', type: 'set', values: { n: 1 } }, wait({ filter })], {}, { order: 7 });
    send(shell, 'e1', 'paid', { order: 8 });
    expect(shell.state.status).toBe('waiting');
    send(shell, 'e2', 'paid', { order: 7 });
    expect(shell.state.output).toMatchObject({ id: 'e2' });
    expect(shell.state.events.map(({ id }) => id)).toEqual(['e1']);
  });

  it.each([
    ['cannot be evaluated', '${event.payload.a.b}'],
    ['is neither true nor false', '${event.payload}'],
  ])('fails when its filter %s; the event stays for another wait', (_what, filter) => {
    const shell = started([wait({ filter, allowFailure: true }), wait({ id: 'next' })]);
    send(shell, 'e1', 'paid', 5);
    expect(shell.state.step('w').error).toMatchObject({ code: 'EXPRESSION_FAILED' });
    expect(shell.state.output).toMatchObject({ id: 'e1' });
  });

  it('drops an event that does not meet the schema, says so, and goes on waiting', () => {
    const shell = started([wait({ schema: { type: 'object', required: ['cents'] } })]);
    expect(send(shell, 'e1', 'paid', {})).toMatchObject(accepted);
    expect(shell.history.at(-1)).toMatchObject({
      type: 'eventDropped',
      data: { event: { id: 'e1', name: 'paid' }, because: 'schema', wait: 'w' },
    });
    expect([shell.state.events.length, shell.state.status]).toEqual([0, 'waiting']);
    send(shell, 'e2', 'paid', { cents: 5 });
    expect(shell.state.status).toBe('completed');
  });

  it('offers what one wait refuses by its schema to the next', () => {
    const strict = wait({ id: 'strict', needs: [], schema: { type: 'string' } });
    const shell = started([strict, wait({ needs: [] })]);
    send(shell, 'e1', 'paid', 5);
    expect(shell.state.step('w').status).toBe('completed');
    expect(typesOf(shell)).not.toContain('eventDropped');
  });

  it('feeds the oldest wait that fits, one event one wait', () => {
    const shell = started([wait({ id: 'a', needs: [] }), wait({ id: 'b', needs: [] })]);
    send(shell, 'e1', 'paid');
    expect([shell.state.step('a').status, shell.state.step('b').status]).toEqual(['completed', 'waiting']);
    send(shell, 'e2', 'paid');
    expect(shell.state.step('b').output).toMatchObject({ id: 'e2' });
  });

  it.each(['replay', 'snapshot'] as const)('knows the oldest wait and what is kept after a crash (%s)', (how) => {
    const waits = [
      wait({ id: 'b', names: ['x'], needs: ['late'] }),
      wait({ id: 'a', names: ['x', 'y'], match: 'all', needs: [] }),
    ];
    const shell = started([{ ...late, needs: [] }, ...waits]);
    send(shell, 'e0', 'other');
    shell.passTime();
    send(shell, 'e1', 'y');
    shell.crash(how);
    expect(shell.state.events.map(({ id }) => id)).toEqual(['e0']);
    send(shell, 'e2', 'x');
    expect(shell.state.step('a').output).toMatchObject({ x: { id: 'e2' }, y: { id: 'e1' } });
    expect(shell.state.step('b').status).toBe('waiting');
  });
});

describe('early events', () => {
  it('are kept and taken at once when a wait opens, the oldest that fits first', () => {
    const shell = started([late, wait({ filter: '${event.payload > 1}' })]);
    for (const n of [1, 2, 3]) send(shell, `e${n}`, 'paid', n);
    shell.passTime();
    expect(shell.state.output).toMatchObject({ id: 'e2' });
    expect(shell.state.events.map(({ id }) => id)).toEqual(['e1', 'e3']);
  });

  it('are taken one for each name with match: all', () => {
    const shell = started([late, wait({ names: ['paid', 'packed'], match: 'all' })]);
    for (const [id, name] of [['e1', 'paid'], ['e2', 'paid'], ['e3', 'packed']] as const) send(shell, id, name); // prettier-ignore
    shell.passTime();
    expect(shell.state.output).toMatchObject({ paid: { id: 'e1' }, packed: { id: 'e3' } });
    expect(shell.state.events.map(({ id }) => id)).toEqual(['e2']);
  });

  it('are left to other waits by early: drop', () => {
    const shell = started([late, wait({ id: 'fresh', early: 'drop' }), wait({ needs: ['late'] })]);
    send(shell, 'e1', 'paid');
    shell.passTime();
    expect([shell.state.step('fresh').status, shell.state.step('w').status]).toEqual(['waiting', 'completed']);
    send(shell, 'e2', 'paid');
    expect(shell.state.step('fresh').output).toMatchObject({ id: 'e2' });
  });

  it('that do not meet the schema of the wait that opens are dropped', () => {
    const shell = started([late, wait({ schema: { type: 'string' } })]);
    send(shell, 'e1', 'paid', 5);
    send(shell, 'e2', 'paid', 'cash');
    shell.passTime();
    expect(shell.state.output).toMatchObject({ id: 'e2' });
    expect(shell.state.events).toEqual([]);
  });

  it('are bounded: 1,000, or 1 MiB', () => {
    const shell = started([late, wait({ names: ['never'] })]);
    for (let n = 1; n <= 1_000; n += 1) expect(send(shell, `e${n}`, 'paid').accepted).toBe(true);
    expect(send(shell, 'e1001', 'paid')).toEqual({ accepted: false, reason: 'tooManyEvents' });
    const fat = started([late, wait()]);
    expect(send(fat, 'e1', 'paid', 'x'.repeat(600_000)).accepted).toBe(true);
    expect(send(fat, 'e2', 'paid', 'x'.repeat(600_000))).toEqual({ accepted: false, reason: 'tooManyEvents' });
    fat.passTime();
    expect([fat.state.status, fat.state.eventBytes]).toEqual(['completed', 0]);
  });

  it('that nobody took are named before the instance ends', () => {
    const shell = started([late]);
    send(shell, 'e1', 'paid');
    shell.passTime();
    expect(typesOf(shell).slice(-2)).toEqual(['eventsUnused', 'instanceCompleted']);
    expect(shell.history.at(-2)!.data).toEqual({ events: [{ id: 'e1', name: 'paid' }] });
    expect(send(shell, 'e2', 'paid')).toEqual({ accepted: false, reason: 'alreadyEnded' });
  });
});

describe('the time-out of an event', () => {
  it('fails with TIMED_OUT, or outputs timeoutValue', () => {
    const failing = started([wait({ timeout: '1m' })]);
    failing.passTime();
    expect(failing.state.error).toMatchObject({ code: 'TIMED_OUT', path: 'w' });
    const going = started([wait({ timeout: '${input.t}', timeoutValue: { none: '${input.t}' } })], {}, { t: '1m' });
    going.passTime();
    expect(going.state.output).toEqual({ none: '1m' });
    expect(going.history.at(-2)).toMatchObject({ type: 'stepCompleted', data: { because: 'timeout' } });
  });

  it('of 0s takes what was kept, or passes in the same decision', () => {
    const none = started([wait({ timeout: '0s', timeoutValue: null })]);
    expect([none.state.status, none.history.length]).toEqual(['completed', 4]);
    const some = started([late, wait({ timeout: '0s', timeoutValue: null })]);
    send(some, 'e1', 'paid');
    some.passTime();
    expect(some.state.output).toMatchObject({ id: 'e1' });
  });

  it.each([
    ['before it wins, though told after', -1, 'e1'],
    ['at that very instant wins', 0, 'e1'],
    ['after it comes too late, though the clock has not been looked at', 1, undefined],
  ])('against an event received %s', (_what, offset, id) => {
    const shell = started([wait({ timeout: '1m', timeoutValue: {} })]);
    shell.nowMs += 90_000;
    send(shell, 'e1', 'paid', null, { at: 1_060_000 + offset });
    expect((shell.state.output as JsonObject)['id']).toBe(id);
  });

  it('keeps what came too late for the next wait', () => {
    const shell = started([wait({ id: 'first', timeout: '1m', timeoutValue: {} }), wait()]);
    shell.nowMs += 90_000;
    send(shell, 'e1', 'paid');
    expect(shell.state.step('first').output).toEqual({});
    expect(shell.state.output).toMatchObject({ id: 'e1' });
  });
});

describe('events by key', () => {
  const byKey = wait({ correlate: '${input.order}' });

  it('find the wait by the key it recorded; a number is its text', () => {
    const shell = started([byKey], {}, { order: 17 });
    expect(shell.history.at(-1)!.data).toMatchObject({ key: '17' });
    send(shell, 'e1', 'paid', null, { key: '17', path: 'w' });
    expect(shell.state.output).toMatchObject({ id: 'e1' });
  });

  it('are dropped where the filter says no', () => {
    const shell = started([{ ...byKey, filter: '${event.payload > 5}' }], {}, { order: 17 });
    send(shell, 'e1', 'paid', 1, { key: '17', path: 'w' });
    expect(shell.history.at(-1)!.data).toMatchObject({ because: 'filter', wait: 'w' });
    expect(shell.state.events).toEqual([]);
  });

  it('are refused when their wait has ended meanwhile, so that the key keeps them for whoever asks next', () => {
    const waits = [byKey, wait({ id: 'plain' })];
    const shell = started(waits, {}, { order: '17' });
    send(shell, 'e1', 'paid');
    expect(send(shell, 'e2', 'paid', null, { key: '17', path: 'w' })).toEqual({ accepted: false, reason: 'notOpen' });
    expect(shell.state.step('plain').status).toBe('waiting');
  });

  it('may come without a key, sent to the instance itself', () => {
    const shell = started([byKey], {}, { order: '17' });
    send(shell, 'e1', 'paid');
    expect(shell.state.status).toBe('completed');
  });

  it('kept for a key are asked about before they are given away', () => {
    const shell = started([{ ...byKey, filter: '${event.payload > 5}' }], {}, { order: '17' });
    const fits = (payload: number | string, key = '17', name = 'paid'): boolean =>
      eventFits(shell.plan, shell.state, 'w', { id: 'e', name, payload, key, at: shell.nowMs }, shell.context());
    expect([fits(6), fits(5), fits(6, '18'), fits(6, '17', 'packed')]).toEqual([true, false, false, false]);
    expect(fits('six')).toBe(true); // its filter fails: so shall the wait
    expect(shell.history.at(-1)!.type).toBe('eventAwaited');
  });
});

describe('many waits', () => {
  const inner = { id: 'w', type: 'event', names: ['paid-${item}'] };
  const each = { id: 'each', type: 'forEach', items: '${input.items}', steps: [inner], keep: 'none' };

  /** Milliseconds for one event to each of n waits of one instance, the youngest first. */
  function timeOf(n: number): number {
    const items = Array.from({ length: n }, (_, index) => index);
    const shell = started([each], {}, { items });
    while (shell.state.waits.size < n) shell.tell({ type: 'wake' });
    const begun = performance.now();
    for (const item of items.toReversed()) send(shell, `e${item}`, `paid-${item}`);
    expect(shell.state.status).toBe('completed');
    return performance.now() - begun;
  }

  it('of one instance: an event costs what it touches, not what waits', () => {
    timeOf(500); // warm
    const [few, many] = [timeOf(1_000), timeOf(8_000)];
    expect(many / few).toBeLessThan(40); // 8 times as many; were each to look at all, it would be 64
  });
});
