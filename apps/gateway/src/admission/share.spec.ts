import { operations } from '#libs/contracts';
import { onlyWaiting, workOperations } from './admission.js';
import { BodyRoom } from './body-room.js';
import { Pace } from './pace.js';
import { RequestPass } from './request-pass.js';
import { type Place, Share, ShareFull } from './share.js';

const limits = { atOnce: 2, waiting: 2, waitMs: 5_000 };
const turn = (): Promise<void> => new Promise(setImmediate);

function taken(entered: ReturnType<Share['enter']>): Place {
  if (entered instanceof Promise || entered instanceof ShareFull) throw new Error('expected a place, but was a wait for one');
  return entered;
}

describe('Share', () => {
  it('hands places on in the order requests came', async () => {
    const share = new Share(limits);
    const [first, second] = [taken(share.enter()), taken(share.enter())];
    const got: string[] = [];
    const third = Promise.resolve(share.enter()).then((place) => (got.push('third'), taken(place)));
    void Promise.resolve(share.enter()).then(() => got.push('fourth'));
    expect([share.inProgress, share.waiting]).toEqual([2, 2]);
    first.release();
    first.release(); // once more does nothing
    await turn();
    expect([got, share.inProgress]).toEqual([['third'], 2]);
    second.release();
    (await third).release();
    await turn();
    expect([got, share.inProgress, share.waiting]).toEqual([['third', 'fourth'], 1, 0]);
  });

  it('refuses beyond the line at once, and who has stood in it too long', async () => {
    const share = new Share({ ...limits, waitMs: 20 });
    taken(share.enter());
    taken(share.enter());
    const waiting = [share.enter(), share.enter()];
    expect(share.enter()).toMatchObject({ why: 'full' });
    for (const each of waiting) expect(await each).toMatchObject({ why: 'waited' });
    expect(share.waiting).toBe(0);
  });

  it('lets go of a caller that has left', async () => {
    const share = new Share(limits);
    const place = taken(share.enter());
    taken(share.enter());
    let leave = (): void => undefined;
    let isIn = false;
    void Promise.resolve(share.enter((left) => (leave = left))).then(() => (isIn = true));
    leave();
    place.release();
    await turn();
    expect([isIn, share.waiting, share.inProgress]).toEqual([false, 0, 1]);
  });

  it('says when those ahead will be done, at the pace there was', () => {
    let nowMs = 0;
    const share = new Share({ atOnce: 100, waiting: 0, waitMs: 1 }, () => nowMs);
    const places = Array.from({ length: 100 }, () => taken(share.enter()));
    expect(share.refusal('full').retryAfterS).toBe(10); // nothing ends
    for (const place of places.splice(0, 25)) place.release(); // five a second
    expect(share.refusal('full').retryAfterS).toBe(15); // 75 are there
    nowMs = 60_000;
    expect(share.refusal('full').retryAfterS).toBe(10);
  });
});

it('Pace counts the last five seconds', () => {
  const pace = new Pace();
  for (let second = 0; second < 10; second += 1) for (let n = 0; n < 3; n += 1) pace.count(second * 1_000 + n);
  expect([pace.perSecond(9_999), pace.perSecond(11_000), pace.perSecond(20_000)]).toEqual([3, 1.8, 0]);
});

it('BodyRoom takes no more than it has', () => {
  const room = new BodyRoom(10);
  expect([room.take(6), room.take(5), room.take(4), room.usedBytes]).toEqual([true, false, true, 10]);
  room.give(6);
  expect(room.take(5)).toBe(true);
});

describe('RequestPass', () => {
  const opened = () => {
    const counts = { held: 0, released: 0 };
    const admission = { hold: () => counts.held < 1 && (counts.held += 1) > 0, letGo: () => void (counts.held -= 1) };
    let isReleased = false;
    const place = { release: () => void (isReleased ||= (counts.released += 1) > 0) };
    return { counts, pass: new RequestPass(admission, place), another: new RequestPass(admission, place) };
  };

  it('frees its place while it waits, as long as not too many do', () => {
    const { counts, pass, another } = opened();
    expect([pass.stepAside(), pass.stepAside(), another.stepAside(), counts]).toEqual([
      true,
      true,
      false,
      { held: 1, released: 1 },
    ]);
    pass.end();
    expect(counts).toEqual({ held: 0, released: 1 });
    expect([pass.stepAside(), counts.held]).toEqual([true, 0]); // by what it has set going
  });

  it('keeps its place after its caller has left until its handler has ended', () => {
    const { counts, pass } = opened();
    pass.begin();
    pass.closed();
    expect(counts.released).toBe(0);
    pass.end();
    expect(counts.released).toBe(1);
  });
});

it('knows the operations it speaks of', () => {
  const known = operations.map(({ id }) => id);
  expect(known).toEqual(expect.arrayContaining([...workOperations, ...onlyWaiting]));
});
