import type { StepFacts } from './step-facts';
import { axisMarks, axisOf, segmentsOf } from './timeline-segments';

const facts = (more: Partial<StepFacts>): StepFacts => ({ path: 'a', state: 'completed', attempts: [], ...more }) as StepFacts;

describe('segmentsOf', () => {
  const axis = { from: 0, to: 1_000 };
  it('shows queue, work and backoff of every attempt', () => {
    const step = facts({
      attempts: [
        { attempt: 1, token: 2, status: 'failed', scheduledAt: 0, startedAt: 100, endedAt: 300 },
        { attempt: 2, token: 4, status: 'completed', scheduledAt: 500, startedAt: 500, endedAt: 900 },
      ],
    });
    expect(segmentsOf(step, axis, 1_000).map(({ kind, state, start }) => [kind, state, start])).toEqual([
      ['queued', 'queued', 0],
      ['running', 'failed', 0.1],
      ['backoff', 'retrying', 0.3],
      ['queued', 'queued', 0.5],
      ['running', 'completed', 0.5],
    ]);
  });
  it('lets what is open reach to now', () => {
    const step = facts({
      state: 'running',
      attempts: [{ attempt: 1, token: 2, status: 'running', scheduledAt: 0, startedAt: 200 }],
    });
    const running = segmentsOf(step, axis, 700).at(-1);
    expect(running).toMatchObject({ state: 'running', start: 0.2 });
    expect(running?.width).toBeCloseTo(0.5);
  });
  it('draws nothing for a step that was not reached', () =>
    expect(segmentsOf(facts({ state: 'notReached' }), axis, 1_000)).toEqual([]));
});

describe('axisOf', () => {
  it('ends with the instance', () => expect(axisOf(1_000, 5_000, 99_000)).toEqual({ from: 1_000, to: 5_000 }));
  it('leaves room ahead while it runs', () => expect(axisOf(0, undefined, 20_000).to).toBe(21_000));
});

describe('what has no attempts', () => {
  const axis = { from: 0, to: 1_000 };
  it('lasts from being entered to its end: a wait thin, a block solid', () => {
    const of = (more: Partial<StepFacts>) =>
      segmentsOf(facts({ startedAt: 200, endedAt: 700, look: 'completed', ...more }), axis, 900);
    expect(of({})).toMatchObject([{ kind: 'waiting', start: 0.2, width: expect.closeTo(0.5) }]);
    expect(of({ isBlock: true })).toMatchObject([{ kind: 'running' }]);
  });
  it('shows when it was undone', () => {
    const undo = { path: 'a/~undo', status: 'completed' as const, attempt: 1, attempts: [], scheduledAt: 800, endedAt: 900 };
    expect(segmentsOf(facts({ startedAt: 0, endedAt: 100, undo }), axis, 1_000).at(-1)).toMatchObject({
      state: 'compensating',
      start: 0.8,
    });
  });
});

describe('axisMarks', () => {
  it.each([
    [4_000, [0, 1_000, 2_000, 3_000, 4_000]],
    [950, [0, 500]],
    [19_000, [0, 5_000, 10_000, 15_000]],
    [1_500_000, [0, 600_000, 1_200_000]],
    [864_000_000, [0, 432_000_000, 864_000_000]],
  ])('takes round steps of %d ms', (span, marks) => expect(axisMarks({ from: 0, to: span })).toEqual(marks));
});
