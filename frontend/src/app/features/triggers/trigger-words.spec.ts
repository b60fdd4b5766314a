import type { Trigger } from '@contracts/rest/triggers';
import { triggerOffers } from './possible-trigger-acts';
import { detailText, effectText, standsStill, troubleOf, whenText } from './trigger-words';

const trigger: Trigger = {
  ...{ name: 'nightly', kind: 'schedule', definition: 'report', source: 'api', hasSecret: false, status: 'active', note: null },
  ...{ by: null, failuresInRow: 0, lastRunAt: null, lastOutcome: null, lastInstance: null, nextAt: null },
  ...{ text: 'At 09:00 (Europe/Madrid)', createdAt: '', changedAt: '' },
  spec: { cron: '0 9 * * *', timezone: 'Europe/Madrid' },
};
const hook: Trigger = { ...trigger, kind: 'hook', spec: { event: 'paid' }, text: null };
const message: Trigger = { ...trigger, kind: 'message', spec: { exchange: 'shop' }, text: null };

describe('a trigger in words', () => {
  it.each([
    [trigger, 'At 09:00', '0 9 * * * · Europe/Madrid', 'starts report'],
    [{ ...trigger, text: null }, '0 9 * * *', '0 9 * * * · Europe/Madrid', 'starts report'],
    [hook, 'POST /api/v1/hooks/nightly', 'Open: no secret is checked', 'delivers event paid'],
    [{ ...hook, hasSecret: true }, 'POST /api/v1/hooks/nightly', 'Signed requests only', 'delivers event paid'],
    [message, 'Exchange shop', 'Routing key #', 'starts report'],
    [{ ...message, spec: { queue: 'orders' } }, 'Queue orders', 'Every message of the queue', 'starts report'],
  ])('%#: when, how and what', (one, when, detail, effect) => {
    expect([whenText(one), detailText(one), effectText(one)]).toEqual([when, detail, effect]);
  });
  it.each([
    [trigger, undefined],
    [{ ...trigger, status: 'paused' as const, by: 'ana', note: 'stock-taking' }, 'Paused by ana: stock-taking'],
    [{ ...trigger, status: 'disabled' as const }, 'Disabled'],
    [{ ...trigger, status: 'disabled' as const, note: 'after 3 failures' }, 'After 3 failures'],
  ])('%#: why it stands still', (one, words) => expect(standsStill(one)).toBe(words));
});

describe('an active trigger', () => {
  it('is in trouble when it says why it cannot fire', () => {
    expect(troubleOf({ ...message, note: 'expected exchange shop to exist' })).toBe('Expected exchange shop to exist');
    expect([troubleOf(message), troubleOf({ ...message, status: 'paused', note: 'stock-taking' })]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('what a trigger can be told', () => {
  const possible = (one: Trigger, isOffline = false): string[] =>
    triggerOffers(one, isOffline).flatMap(({ act, whyNot }) => (whyNot === undefined ? act : []));
  it.each([
    ['a schedule', trigger, ['run', 'pause', 'backfill', 'edit', 'delete']],
    ['a paused one', { ...trigger, status: 'paused' as const }, ['run', 'resume', 'backfill', 'edit', 'delete']],
    ['one of a definition', { ...trigger, source: 'definition' as const }, ['run', 'pause', 'backfill']],
    ['a hook', hook, ['pause', 'edit', 'delete']],
  ])('%s', (_, one, acts) => expect(possible(one)).toEqual(acts));
  it('nothing while the server cannot be reached', () => expect(possible(trigger, true)).toEqual([]));
});
