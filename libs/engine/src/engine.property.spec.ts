import fc from 'fast-check';
import { compile } from './compile/compile.js';
import { canonicalJson } from './json/canonical.js';
import type { AuditEvent } from './model/audit-event.js';
import { endedStepStatuses, instanceLifecycle, isEnded, stepLifecycle, type StepStatus } from './model/lifecycle.js';
import type { Plan, PlanStep } from './model/plan.js';
import { endsOk } from './apply/end-step.js';
import { newState } from './state/instance-state.js';
import { childPath, siteAt, UNDO_ID } from './state/site.js';
import { apply, replay } from './apply/apply.js';
import { toSnapshot } from './state/snapshot.js';
import { isUndoPath, undonePathOf } from './state/undo-run.js';
import { joinVerdict } from './state/join.js';
import { arbitraryDefinition } from './testing/random-definition.js';
import { VirtualShell, type VirtualCommand } from './testing/virtual-shell.js';

/** Events by which a pending step begins. */
const starts: ReadonlySet<string> = new Set([
  'stepScheduled',
  'stepCompleted',
  'stepFailed',
  'timerStarted',
  'eventAwaited',
  'askOpened',
  'blockEntered',
  'lockRequested',
  'childRequested',
]);

/** What the world does next. The numbers choose among what is possible then. */
type Move =
  | { do: 'complete' | 'fail' | 'claim' | 'lose' | 'repeat'; pick: number }
  | { do: 'cancel' | 'passTime' | 'dispatch' | 'crashReplay' | 'crashSnapshot' };

const arbitraryMoves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('complete' as const), pick: fc.nat() }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('fail' as const), pick: fc.nat() }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('repeat' as const, 'claim' as const, 'lose' as const), pick: fc.nat() }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('passTime' as const, 'dispatch' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('crashReplay' as const, 'crashSnapshot' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const) }) },
  ),
  { maxLength: 60 },
);

const runs = Number(process.env['ORQUESTRA_TEST_RUNS'] ?? 400);
const seed = Number(process.env['ORQUESTRA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

function play(plan: Plan, moves: readonly Move[], room: number): VirtualShell {
  const shell = new VirtualShell(plan, { room: () => room });
  shell.start({ a: 1 });
  for (const move of moves) step(shell, move);
  finish(shell);
  return shell;
}

function step(shell: VirtualShell, move: Move): void {
  const open = shell.openCommands();
  const pick = (from: readonly VirtualCommand[], n: number): VirtualCommand | undefined =>
    from.length > 0 ? from[n % from.length] : undefined;
  switch (move.do) {
    case 'complete': {
      const command = pick(open, move.pick);
      if (command) shell.complete(command, { [command.path]: move.pick });
      return;
    }
    case 'fail': {
      const command = pick(open, move.pick);
      if (command) shell.fail(command, 'BOOM', move.pick % 3 !== 0);
      return;
    }
    case 'repeat': {
      const command = pick(shell.commands, move.pick); // any command ever sent: late, duplicate, of an earlier attempt
      if (command && move.pick % 2 === 0) shell.complete(command, 'late');
      else if (command) shell.fail(command, 'LATE');
      return;
    }
    case 'claim': {
      const command = pick(open, move.pick);
      if (command) shell.tell({ type: 'claim', ...command, claimant: `w${move.pick % 2}` });
      return;
    }
    case 'lose': {
      const command = pick(open, move.pick);
      if (command) shell.tell({ type: 'lost', ...command, code: 'WORKER_LOST' });
      return;
    }
    case 'cancel':
      shell.tell({ type: 'cancel', reason: 'test' });
      return;
    case 'passTime':
      shell.passTime();
      return;
    case 'dispatch':
      shell.dispatchQueued();
      return;
    case 'crashReplay':
      return shell.crash('replay');
    case 'crashSnapshot':
      return shell.crash('snapshot');
  }
}

/** A healthy world: everything open is done, clocks fire. Bounded: an instance that does not end fails the test. */
function finish(shell: VirtualShell): void {
  for (let round = 0; round < 500 && !isEnded(shell.state.status); round += 1) {
    shell.dispatchQueued();
    const open = shell.openCommands();
    const waiting = answerWaits(shell);
    if (open.length > 0) for (const command of open) shell.complete(command, { [command.path]: 1 });
    else if (waiting) continue;
    else if (!shell.passTime()) return;
  }
}

/** @returns whether something waited for people or events */
function answerWaits(shell: VirtualShell): boolean {
  let isAny = false;
  for (const path of [...shell.state.open.keys()]) {
    const { wait } = shell.state.step(path);
    if (wait?.kind === 'event') for (const name of wait.names) shell.event(name);
    if (wait?.kind === 'ask') shell.tell({ type: 'answerAsk', name: wait.name, value: 'approved', by: 'ana' });
    isAny ||= wait?.kind === 'event' || wait?.kind === 'ask';
  }
  return isAny;
}

const compiled = (definition: unknown): Plan => {
  const { plan, problems } = compile(definition);
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  return plan;
};

type Invariant = (shell: VirtualShell, plan: Plan) => void;

/** By what they promise; all of them are looked at in every run. */
const invariants: Record<string, Invariant> = {};
const check = (name: string, invariant: Invariant): void => void (invariants[name] = invariant);

check('ends every instance', ({ state }) => {
  expect(isEnded(state.status)).toBe(true);
  expect(state.open.size).toBe(0);
});

check('rebuilds the state from the audit log alone', ({ state, history, id }, plan) => {
  const again = replay(plan, id, JSON.parse(JSON.stringify(history)) as AuditEvent[]);
  expect(canonicalJson(toSnapshot(again))).toBe(canonicalJson(toSnapshot(state)));
});

check('numbers the log 1..n without a gap', ({ history }) => {
  expect(history.map((event) => event.seq)).toEqual(history.map((_, index) => index + 1));
});

check('ends each step at most once, each attempt at most once', ({ history }) => {
  const ends = history.filter((event) =>
    ['stepCompleted', 'stepFailed', 'stepSkipped', 'stepBlocked', 'stepCancelled'].includes(event.type),
  );
  const forward = ends.filter((event) => !isUndoPath(event.path!)); // what a try could not undo the instance tries again
  expect(new Set(forward.map((event) => `${event.generation}:${event.path}`)).size).toBe(forward.length);
  const attempts = history
    .filter((event) => event.type === 'stepScheduled')
    .map((event) => `${event.generation}:${event.path}#${event.attempt}`);
  expect(new Set(attempts).size).toBe(attempts.length);
});

check('starts no step before its join allows it', ({ history, id }, plan) => {
  const state = newState(id);
  for (const event of history) {
    const site = event.path === undefined ? undefined : siteAt(plan, event.path);
    if (site && site.step.id !== UNDO_ID && state.step(site.path).status === 'pending' && starts.has(event.type)) {
      const needs = site.step.needs.map((index) => site.scope.steps[index]!);
      const statusOf = (need: PlanStep): StepStatus => state.step(childPath(site.scopePath, need.id)).status;
      const needsOk = needs.filter((need) => endsOk(statusOf(need), need)).length;
      const needsEnded = needs.filter((need) => endedStepStatuses.has(statusOf(need))).length;
      expect(joinVerdict(site.step, { needsOk, needsEnded })).toBe('run');
    }
    apply(plan, state, event);
  }
});

check('sends no command after a cancel, a time-out or a completion was decided', ({ history }) => {
  const closing = history.findIndex((event) => event.type === 'instanceClosing');
  if (closing < 0) return;
  const after = history.slice(closing).filter((event) => event.type === 'stepScheduled');
  expect(after.filter(({ path }) => !path!.includes('/finally/') && !path!.endsWith('/~undo'))).toEqual([]);
});

check('changes nothing after the end', ({ history }) => {
  const ends = history.filter((event) =>
    [
      'instanceCompleted',
      'instanceFailed',
      'instanceCancelled',
      'instanceTimedOut',
      'instanceCompensated',
      'instanceCompensationFailed',
    ].includes(event.type),
  );
  expect(ends).toHaveLength(1);
  expect(history.at(-1)).toBe(ends[0]);
});

check('undoes exactly what was completed and can be undone, newest first', ({ history, state }) => {
  const from = history.findLastIndex(({ type }) => type === 'instanceStartedAgain') + 1;
  const listed = new Map<string, number>(); // what can be undone now, by the order of completion
  let isWhole = false;
  let failed = 0;
  let newest = Infinity;
  for (const { type, path, data, seq } of history.slice(from)) {
    isWhole ||= type === 'instanceCompensating';
    if ('undo' in data && data.undo !== undefined) listed.set(path!, seq);
    if (path === undefined || !isUndoPath(path)) continue;
    const undone = undonePathOf(path);
    expect(listed.has(undone)).toBe(true);
    if (type === 'stepCompleted') listed.delete(undone);
    if (!isWhole) continue;
    if (type === 'stepFailed') failed += 1;
    const isNext = type === 'stepScheduled' && listed.get(undone) !== newest; // no retry
    if (isNext && state.undone?.order === 'reverse') expect(listed.get(undone)).toBeLessThan(newest);
    if (isNext) newest = listed.get(undone)!;
  }
  const last = history.at(-1)!;
  if (last.type === 'instanceCompensated') expect(listed.size).toBe(0);
  if (last.type === 'instanceCompensationFailed') expect(last.data.failures).toHaveLength(failed);
});

check('follows both lifecycles', ({ history, id }, plan) => {
  const state = newState(id);
  const before = new Map<string, string>();
  let status = state.status as string;
  for (const event of history) {
    apply(plan, state, event);
    if (state.status !== status) expect(instanceLifecycle[status as keyof typeof instanceLifecycle]).toContain(state.status);
    status = state.status;
    if (event.type === 'instanceStartedAgain') before.clear();
    if (event.path === undefined || state.steps.get(event.path) === undefined) continue; // of no list any more
    const from = before.get(event.path) ?? 'pending';
    const to = state.step(event.path).status;
    if (from !== to) expect(stepLifecycle[from as keyof typeof stepLifecycle]).toContain(to);
    before.set(event.path, to);
  }
});

check('deciding leaves the state it was given untouched', ({ state, plan, id, history }) => {
  const copy = replay(plan, id, history.slice(0, Math.ceil(history.length / 2)));
  const before = canonicalJson(toSnapshot(copy));
  const probe = new VirtualShell(plan, {}, id);
  probe.state = copy.fork();
  probe.passTime();
  expect(canonicalJson(toSnapshot(copy))).toBe(before);
  expect(state.seq).toBe(history.length);
});

it(`the engine keeps every promise (seed ${seed}, ${runs} runs; ORQUESTRA_TEST_RUNS and ORQUESTRA_TEST_SEED choose others)`, () => {
  fc.assert(
    fc.property(arbitraryDefinition, arbitraryMoves, fc.constantFrom(Infinity, 1, 2), (definition, moves, room) => {
      const plan = compiled(definition);
      const shell = play(plan, moves, room);
      for (const [name, invariant] of Object.entries(invariants)) holds(name, () => invariant(shell, plan));
    }),
    { numRuns: runs, seed },
  );
});

function holds(name: string, look: () => void): void {
  try {
    look();
  } catch (error) {
    throw new Error(`it ${name}: ${(error as Error).message}`, { cause: error });
  }
}
