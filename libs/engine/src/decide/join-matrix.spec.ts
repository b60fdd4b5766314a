import type { RunOn } from '../model/plan.js';
import type { StepStatus } from '../model/lifecycle.js';
import { planOf } from '../testing/play.js';
import { VirtualShell } from '../testing/virtual-shell.js';

/** LANGUAGE §2, the whole matrix, with steps that really end so. */
const ways = {
  completed: { type: 'set', values: {} },
  skipped: { type: 'set', values: {}, when: '${false}' },
  'failed with allowFailure': { type: 'fail', allowFailure: true },
  failed: { type: 'fail' },
  'timed out': { type: 'event', names: ['never'], timeout: '5s' },
  cancelled: { type: 'event', names: ['never'] },
  blocked: { type: 'set', values: {}, needs: ['cause'] },
} as const;
type Outcome = keyof typeof ways;
type Join = 'all' | 'any' | 2;

const outcomes = Object.keys(ways) as Outcome[];
const isOk = (outcome: Outcome): boolean => ['completed', 'skipped', 'failed with allowFailure'].includes(outcome);

/** What becomes of a step that needs one step with this outcome and another one that has ended well or badly. */
function expected(runOn: RunOn, join: Join, outcome: Outcome, otherIsOk: boolean): StepStatus {
  const ok = (isOk(outcome) ? 1 : 0) + (otherIsOk ? 1 : 0);
  if (runOn === 'always') return 'completed';
  if (runOn === 'failure') return ok < 2 ? 'completed' : 'skipped';
  return ok >= (join === 'any' ? 1 : 2) ? 'completed' : 'blocked';
}

function run(outcome: Outcome, isOther: 'completed' | 'failed', step: object): VirtualShell {
  const shell = new VirtualShell(
    planOf({
      steps: [
        ...(outcome === 'blocked' ? [{ id: 'cause', type: 'fail' }] : []),
        { id: 'one', needs: [], ...ways[outcome] },
        { id: 'other', needs: [], ...ways[isOther] },
        { id: 'then', type: 'set', values: { ran: true }, needs: ['one', 'other'], ...step },
      ],
    }),
  );
  shell.start();
  if (outcome === 'cancelled') shell.tell({ type: 'cancelStep', path: 'one' });
  while (shell.passTime());
  return shell;
}

const cases = (['success', 'failure', 'always'] as const).flatMap((runOn) =>
  (['all', 'any', 2] as const).flatMap((join) =>
    outcomes.flatMap((outcome) => (['completed', 'failed'] as const).map((other) => ({ runOn, join, outcome, other }))),
  ),
);

describe('a step behind two others', () => {
  it.each(cases)('runOn $runOn, join $join: one $outcome, the other $other', ({ runOn, join, outcome, other }) => {
    const { state } = run(outcome, other, { runOn, ...(join !== 'all' && { join }) });
    expect(state.step('then').status).toBe(expected(runOn, join, outcome, other === 'completed'));
    const isWell = isOk(outcome) && other === 'completed'; // runOn never absorbs a failure
    expect(state.status).toBe(isWell ? 'completed' : 'failed');
  });

  it.each(outcomes)('absorbs with cancelRest that the other need was %s, and no more than that', (outcome) => {
    const { state } = run(outcome, 'completed', { join: 'any', cancelRest: true });
    expect(state.step('then').status).toBe('completed');
    expect(state.status).toBe(outcome === 'blocked' ? 'failed' : 'completed'); // what blocked it is no need of this step
  });
});
