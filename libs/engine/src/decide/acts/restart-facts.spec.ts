import type { JsonObject } from '../../model/json.js';
import { ActingShell, planOf } from '../../testing/acting-shell.js';
import { restartFacts, type RestartFacts } from './restart-facts.js';

const once = { maxAttempts: 1 };
const steps: JsonObject[] = [
  { id: 'a', task: 't', compensate: { task: 'undo' } },
  { id: 'b', task: 't', retry: once },
  { id: 'c', task: 't' },
];
const old = (): ActingShell => {
  const shell = ActingShell.started(steps, { compensation: { on: [] } });
  shell.done('a', { n: 1 });
  shell.broken('b');
  return shell;
};

describe('restartFacts', () => {
  it('keeps what was completed before the step, and how it is undone', () => {
    const { plan, state } = old();
    const facts = restartFacts(plan, state, plan, 'b') as RestartFacts;
    expect(facts.outputs).toEqual({ a: { n: 1 } });
    expect(facts.undo).toMatchObject([{ path: 'a', plan: { task: 'undo' } }]);
  });

  it('keeps nothing of the step itself, of what is behind it, or without a step', () => {
    const { plan, state } = old();
    expect(restartFacts(plan, state, plan, 'a')).toEqual({ outputs: {}, undo: [] });
    expect(restartFacts(plan, state, plan, undefined)).toEqual({ outputs: {}, undo: [] });
  });

  it('keeps only what the other version still has', () => {
    const { plan, state } = old();
    const other = planOf([{ id: 'x', task: 't' }, ...steps.slice(1)]);
    expect(restartFacts(plan, state, other, 'b')).toEqual({ outputs: {}, undo: [] });
  });

  it('starts a new instance that runs only the rest', () => {
    const { plan, state, id } = old();
    const facts = restartFacts(plan, state, plan, 'b') as RestartFacts;
    const shell = new ActingShell(plan);
    shell.tell({ type: 'start', input: {}, checksum: 'c', restartOf: { instance: id, from: 'b', ...facts } });
    expect(shell.status('a')).toBe('completed');
    expect(shell.openCommands().map(({ path }) => path)).toEqual(['b']);
    shell.crash('replay');
    shell.done('b');
    shell.done('c', 'end');
    expect(shell.state).toMatchObject({ status: 'completed', output: 'end' });
  });

  it.each([
    ['a step inside a block', 'p/x/y', 'NESTED_STEP', /restart from "p"/],
    ['a step there is not', 'bb', 'UNKNOWN_STEP', /Did you mean "b"/],
  ])('refuses %s and says what to do', (_what, from, code, hint) => {
    const { plan, state } = old();
    const other = planOf([...steps, { id: 'p', type: 'parallel', branches: { x: [{ id: 'y', task: 't' }] } }]);
    const [problem] = restartFacts(plan, state, other, from) as { code: string; path: string; hint: string }[];
    expect(problem).toMatchObject({ code, path: '/from' });
    expect(problem!.hint).toMatch(hint);
  });
});
