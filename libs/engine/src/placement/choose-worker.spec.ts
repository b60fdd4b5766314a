import fc from 'fast-check';
import { affinePlace, chooseWorker, mayTakeAny, type LoadedWorker } from './choose-worker.js';
import type { PlaceableWorker, Placement } from './placement.js';
import { unfitReason } from './unfit.js';

const lane = { queue: 'q', task: 't' };
const worker = (id: string, rest: Partial<PlaceableWorker> = {}): PlaceableWorker => ({
  id,
  session: `${id}-1`,
  status: 'active',
  labels: {},
  handlers: [{ ...lane, concurrency: 10 }],
  concurrency: 8,
  ...rest,
});
const loaded = (one: PlaceableWorker, rest: Partial<LoadedWorker> = {}): LoadedWorker => ({
  worker: one,
  slots: 0,
  memory: 0,
  waiting: 0,
  isResting: false,
  ...rest,
});
const chosen = (workers: readonly LoadedWorker[], placement: Placement, tie = 'x'): string | undefined =>
  chooseWorker(workers, lane, placement, tie)?.worker.id;

describe('chooseWorker, by what a step requires', () => {
  it.each<[string, Partial<PlaceableWorker>, Placement]>([
    ['a label it has not', {}, { requires: { zone: 'eu' } }],
    ['a label with another value', { labels: { zone: 'us' } }, { requires: { zone: 'eu' } }],
    ['more slots than it has', {}, { slots: 9 }],
    ['more slots than its handler takes', { handlers: [{ ...lane, concurrency: 2 }] }, { slots: 3 }],
    ['memory it does not speak of', {}, { memory: 1 }],
    ['more memory than it has', { memory: { total: 100, free: 100 } }, { memory: 101 }],
    ['a task it does not serve', { handlers: [] }, { slots: 2 }],
    ['work, though it drains', { status: 'draining' }, { slots: 2 }],
  ])('passes by a worker of which it asks %s', (_what, rest, placement) => {
    expect(chosen([loaded(worker('a', rest))], placement)).toBeUndefined();
    const fit = worker('b', { labels: { zone: 'eu' }, memory: { total: 200, free: 200 }, concurrency: 10 });
    expect(chosen([loaded(worker('a', rest)), loaded(fit)], placement)).toBe('b');
  });

  it('takes the one with the least in use', () => {
    const workers = [loaded(worker('a'), { slots: 4 }), loaded(worker('b'), { slots: 2 }), loaded(worker('c'), { slots: 3 })];
    expect(chosen(workers, { slots: 2 })).toBe('b');
  });

  it('spreads steps over equals', () => {
    const workers = ['a', 'b', 'c'].map((id) => loaded(worker(id)));
    const found = new Set(Array.from({ length: 50 }, (_, n) => chosen(workers, { slots: 2 }, `step-${n}`)));
    expect([...found].sort()).toEqual(['a', 'b', 'c']);
  });

  it('sends one step on the chance when all are in use, and none to who has just handed one back', () => {
    const busy = loaded(worker('a'), { slots: 8 });
    expect(chosen([busy], { slots: 2 })).toBe('a');
    expect(chosen([{ ...busy, waiting: 1 }], { slots: 2 })).toBeUndefined();
    expect(chosen([{ ...busy, isResting: true }], { slots: 2 })).toBeUndefined();
  });

  it('counts memory as it counts slots', () => {
    const has = worker('a', { memory: { total: 100, free: 40 } });
    expect(chosen([loaded(has, { memory: 60, waiting: 1 })], { memory: 40 })).toBe('a');
    expect(chosen([loaded(has, { memory: 61, waiting: 1 })], { memory: 40 })).toBeUndefined();
  });
});

describe('chooseWorker, by affinity', () => {
  const ids = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 });
  const all = (names: readonly string[]): LoadedWorker[] => names.map((id) => loaded(worker(id)));

  it('gives a value the same worker every time, whatever else happens there, while few wait for it', () => {
    fc.assert(
      fc.property(fc.string(), ids, fc.nat({ max: 8 }), (affinity, names, slots) => {
        const one = chosen(all(names), { affinity });
        expect(names).toContain(one);
        expect(
          chosen(
            all([...names].reverse()).map((each) => ({ ...each, slots })),
            { affinity },
            'another step',
          ),
        ).toBe(one);
        expect(
          chosen(
            all(names).map((each) => ({ ...each, waiting: 64 })),
            { affinity },
          ),
        ).toBeUndefined();
      }),
    );
  });

  it('moves a value only when its worker leaves, drains, or another comes', () => {
    fc.assert(
      fc.property(fc.string(), ids, (affinity, [guest, ...others]) => {
        fc.pre(others.length > 0);
        const together = chosen(all([guest!, ...others]), { affinity });
        const without = chosen(all(others), { affinity });
        if (together !== guest) expect(without).toBe(together);
        const drained = [loaded(worker(guest!, { status: 'draining' })), ...all(others)];
        expect(chosen(drained, { affinity })).toBe(without);
      }),
    );
  });

  it('looks only at workers that have what else the step asks for', () => {
    const workers = [loaded(worker('a')), loaded(worker('b', { labels: { zone: 'eu' } }))];
    for (let n = 0; n < 20; n += 1) expect(chosen(workers, { affinity: `v${n}`, requires: { zone: 'eu' } })).toBe('b');
  });

  it('spreads values over workers', () => {
    const counts = new Map<string, number>();
    for (let n = 0; n < 3_000; n += 1) {
      const place = affinePlace(`customer-${n}`, ['a', 'b', 'c'])!;
      counts.set(place, (counts.get(place) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(count).toBeGreaterThan(700);
  });
});

it('mayTakeAny is false only for a worker that would be given nothing', () => {
  const full = loaded(worker('a'), { slots: 8, waiting: 64 });
  expect([full, { ...full, slots: 7 }, { ...full, waiting: 63 }].map(mayTakeAny)).toEqual([false, true, true]);
  for (const placement of [{ affinity: 'x' }, { slots: 2 }, { requires: {} }]) expect(chosen([full], placement)).toBeUndefined();
});

describe('unfitReason', () => {
  const workers = [worker('a', { labels: { zone: 'us' } }), worker('b', { labels: { zone: 'eu' }, status: 'draining' })];

  it.each<[Placement, string]>([
    [{ requires: { zone: 'eu' }, slots: 8 }, 'no live worker on queue "q" serves task "t" and has zone=eu and 8 slots'],
    [{ memory: 2 ** 31 }, 'no live worker on queue "q" serves task "t" and has 2GiB of memory'],
    [{ requires: { a: '1', b: '2' }, slots: 3 }, 'no live worker on queue "q" serves task "t" and has a=1, b=2 and 3 slots'],
  ])('says what nobody has: %j', (placement, words) => {
    expect(unfitReason(workers, 'q', 't', placement)).toBe(words);
  });

  it('has nothing to say when somebody could run it, be he busy or not', () => {
    expect(unfitReason(workers, 'q', 't', { requires: { zone: 'us' }, slots: 8 })).toBeUndefined();
    expect(unfitReason(workers, undefined, 't', { affinity: 'x' })).toBeUndefined();
  });
});
