import type { AuditEvent } from '../model/audit-event.js';
import { type Breaker, breakerVerdict, chooseProbe, closedBreaker, moveBreaker, type TaskEnds } from './breaker.js';

const settings = { breakAfter: 3, breakForMs: 1_000 };
const ends = (facts: Partial<TaskEnds>): TaskEnds => ({ partition: 0, hasSucceeded: false, failures: 0, ...facts });
const halfOpen: Breaker = { state: 'halfOpen', failuresInRow: 3, opensUntil: null, probe: 0 };

describe('moveBreaker', () => {
  it('opens after so many failures in a row, over all partitions', () => {
    const two = moveBreaker(closedBreaker, [ends({ failures: 2 })], settings, 0);
    expect(two).toMatchObject({ state: 'closed', failuresInRow: 2 });
    expect(moveBreaker(two, [ends({ partition: 1, failures: 1 })], settings, 5)).toMatchObject({
      state: 'open',
      opensUntil: 1_005,
    });
  });

  it('begins to count anew after a success', () => {
    const two = moveBreaker(closedBreaker, [ends({ failures: 2 })], settings, 0);
    expect(moveBreaker(two, [ends({ hasSucceeded: true, failures: 2 })], settings, 0)).toMatchObject({
      state: 'closed',
      failuresInRow: 2,
    });
  });

  it('is half-open when its time has passed, whatever ends meanwhile', () => {
    const open: Breaker = { state: 'open', failuresInRow: 3, opensUntil: 1_000, probe: null };
    expect(moveBreaker(open, [ends({ hasSucceeded: true })], settings, 999)).toBe(open);
    expect(moveBreaker(open, [], settings, 1_000)).toMatchObject({ state: 'halfOpen', probe: null });
  });

  it('lets one partition try, and believes nobody else', () => {
    const chosen = chooseProbe({ ...halfOpen, probe: null }, [4, 5]);
    expect(chosen.probe).toBe(4);
    expect(chooseProbe(chosen, [5])).toBe(chosen);
    expect(moveBreaker(chosen, [ends({ partition: 5, probe: 'failure' })], settings, 0)).toBe(chosen);
    expect(moveBreaker(chosen, [ends({ partition: 4, hasSucceeded: true })], settings, 0)).toBe(chosen); // one of before it opened
  });

  it('closes when the try worked, opens again when it did not, and asks another when it was not used', () => {
    expect(moveBreaker(halfOpen, [ends({ probe: 'success' })], settings, 0)).toEqual(closedBreaker);
    expect(moveBreaker(halfOpen, [ends({ probe: 'failure' })], settings, 7)).toMatchObject({ state: 'open', opensUntil: 1_007 });
    expect(moveBreaker(halfOpen, [ends({ probe: 'unused' })], settings, 7)).toMatchObject({ state: 'halfOpen', probe: null });
  });
});

describe('breakerVerdict', () => {
  const event = (type: string, data: object): AuditEvent =>
    ({ type, data, seq: 1, at: 0, generation: 1 }) as unknown as AuditEvent;
  const failure = (code: string, retryable: boolean) => ({ code, message: '', retryable });

  it.each([
    ['what worked', event('stepCompleted', { token: 1, output: null }), 'success'],
    ['what was completed by hand', event('stepCompleted', { token: 1, output: null, because: 'hand' }), undefined],
    ['what is tried again', event('stepRetryScheduled', { token: 1, failure: failure('X', true), dueAt: 1 }), 'failure'],
    ['the last try', event('stepFailed', { token: 1, failure: failure('X', true) }), 'failure'],
    ['a time-out', event('stepFailed', { token: 1, failure: failure('TIMED_OUT', false) }), 'failure'],
    ['a lost worker', event('stepFailed', { token: 1, failure: failure('WORKER_CRASHED', false) }), 'failure'],
    ['a refusal for good', event('stepFailed', { token: 1, failure: failure('CARD_DECLINED', false) }), 'success'],
    ['no worker', event('stepFailed', { token: 1, failure: failure('NO_WORKER', true) }), undefined],
    ['a step that never ran', event('stepFailed', { failure: failure('X', false) }), undefined],
    ['a cancelled one', event('stepCancelled', { token: 1 }), undefined],
  ])('%s', (_what, one, expected) => {
    expect(breakerVerdict(one)).toBe(expected);
  });
});
