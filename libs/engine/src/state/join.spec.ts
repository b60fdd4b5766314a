import { endsOk } from '../apply/end-step.js';
import type { StepStatus } from '../model/lifecycle.js';
import type { RunOn } from '../model/plan.js';
import { joinVerdict, type JoinVerdict } from './join.js';

/**
 * LANGUAGE §2, the whole matrix: two needs, of which the first has ended OK and the second so; what becomes of the step.
 * `n` is a count of 2 of 2.
 */
type Outcome = 'completed' | 'skipped' | 'failed with allowFailure' | 'failed' | 'timed out' | 'cancelled' | 'blocked';
type Join = 'all' | 'any' | '2';

const outcomes: Record<Outcome, { status: StepStatus; allowFailure: boolean }> = {
  completed: { status: 'completed', allowFailure: false },
  skipped: { status: 'skipped', allowFailure: false },
  'failed with allowFailure': { status: 'failed', allowFailure: true },
  failed: { status: 'failed', allowFailure: false },
  'timed out': { status: 'failed', allowFailure: false },
  cancelled: { status: 'cancelled', allowFailure: false },
  blocked: { status: 'blocked', allowFailure: false },
};

const verdicts = (run: Outcome[], other: JoinVerdict): Record<Outcome, JoinVerdict> =>
  Object.fromEntries(Object.keys(outcomes).map((name) => [name, run.includes(name as Outcome) ? 'run' : other])) as Record<
    Outcome,
    JoinVerdict
  >;
const ok: Outcome[] = ['completed', 'skipped', 'failed with allowFailure'];
const bad: Outcome[] = ['failed', 'timed out', 'cancelled', 'blocked'];
const every = [...ok, ...bad];

/** Second need ended as the key says; the first completed. */
const afterBoth: Record<RunOn, Record<Join, Record<Outcome, JoinVerdict>>> = {
  success: { all: verdicts(ok, 'block'), any: verdicts(every, 'run'), '2': verdicts(ok, 'block') },
  failure: { all: verdicts(bad, 'skip'), any: verdicts(bad, 'skip'), '2': verdicts(bad, 'skip') },
  always: { all: verdicts(every, 'run'), any: verdicts(every, 'run'), '2': verdicts(every, 'run') },
};

/** Only one need has ended, as the key says; the other is open. */
const afterOne: Record<RunOn, Record<Join, Record<Outcome, JoinVerdict>>> = {
  success: {
    all: merge(verdicts([], 'wait'), bad, 'block'),
    any: verdicts(ok, 'wait'),
    '2': merge(verdicts([], 'wait'), bad, 'block'),
  },
  failure: { all: verdicts([], 'wait'), any: verdicts([], 'wait'), '2': verdicts([], 'wait') },
  always: { all: verdicts([], 'wait'), any: verdicts([], 'wait'), '2': verdicts([], 'wait') },
};

function merge(base: Record<Outcome, JoinVerdict>, names: Outcome[], verdict: JoinVerdict): Record<Outcome, JoinVerdict> {
  return { ...base, ...Object.fromEntries(names.map((name) => [name, verdict])) };
}

const cases = (['success', 'failure', 'always'] as const).flatMap((runOn) =>
  (['all', 'any', '2'] as const).flatMap((join) => every.map((outcome) => ({ runOn, join, outcome }))),
);
const step = (runOn: RunOn, join: Join): { runOn: RunOn; required: number; needs: number[] } => ({
  runOn,
  required: join === 'any' ? 1 : 2,
  needs: [0, 1],
});

describe('joinVerdict', () => {
  it.each(cases)('runOn $runOn, join $join, the last need $outcome', ({ runOn, join, outcome }) => {
    const { status, allowFailure } = outcomes[outcome];
    const needsOk = 1 + (endsOk(status, { allowFailure }) ? 1 : 0);
    expect(joinVerdict(step(runOn, join), { needsOk, needsEnded: 2 })).toBe(afterBoth[runOn][join][outcome]);
  });

  it.each(cases)('runOn $runOn, join $join, the first need $outcome, the other open', ({ runOn, join, outcome }) => {
    const { status, allowFailure } = outcomes[outcome];
    const needsOk = endsOk(status, { allowFailure }) ? 1 : 0;
    expect(joinVerdict(step(runOn, join), { needsOk, needsEnded: 1 })).toBe(afterOne[runOn][join][outcome]);
  });

  it('runs a step without needs at once', () => {
    expect(joinVerdict({ runOn: 'success', required: 0, needs: [] }, { needsOk: 0, needsEnded: 0 })).toBe('run');
  });
});
