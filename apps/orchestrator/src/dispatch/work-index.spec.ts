import fc from 'fast-check';
import { apply, compile, decide, newState, type InstanceId, type InstanceState, type Message, type Plan } from '#libs/engine';
import { laneOf } from './lane-use.js';
import { WorkIndex } from './work-index.js';

const plan: Plan = compile({
  name: 'work',
  version: '1.0.0',
  steps: ['a', 'b', 'c', 'd'].map((id, n) => ({
    id,
    task: `t${n % 2}`,
    queue: 'q',
    needs: n < 2 ? [] : ['a'],
    onCancel: ['abandon', 'request', 'wait', 'wait'][n],
    retry: { maxAttempts: 2, delay: '0ms' },
  })),
}).plan!;
const lanes = [laneOf('q', 't0'), laneOf('q', 't1')];

type Move = {
  instance: number;
  step: number;
  room: boolean;
  do: 'complete' | 'fail' | 'claim' | 'lose' | 'dispatch' | 'again' | 'begin' | 'cancel';
};
const moves = fc.array(
  fc.record<Move>({
    instance: fc.nat(2),
    step: fc.nat(3),
    room: fc.boolean(),
    do: fc.constantFrom('complete', 'fail', 'claim', 'lose', 'dispatch', 'again', 'begin', 'cancel'),
  }),
  { maxLength: 60 },
);

function messageOf(state: InstanceState, { step, do: what }: Move): Message | undefined {
  const path = ['a', 'b', 'c', 'd'][step]!;
  const { token = 0, delivery = 1 } = state.step(path);
  const facts = { path, token, worker: 'w', startedAt: 0 };
  switch (what) {
    case 'complete':
      return { type: 'stepCompleted', ...facts, output: null };
    case 'fail':
      return { type: 'stepFailed', ...facts, failure: { code: 'X', message: 'x', retryable: true } };
    case 'claim':
      return { type: 'claim', path, token, claimant: 'w' };
    case 'lose':
      return { type: 'lost', path, token, code: 'WORKER_LOST' };
    case 'dispatch':
      return { type: 'dispatch', steps: [{ path, token }], incarnation: 1 };
    case 'again':
      return { type: 'dispatch', steps: [{ path, token }], incarnation: 2, delivery: delivery + 1 };
    case 'cancel':
      return { type: 'cancel' };
    case 'begin':
      return undefined;
  }
}

function tell(work: WorkIndex, state: InstanceState, message: Message, room: boolean): void {
  const admit = (): number | undefined => (room ? 1 : undefined);
  const decision = decide(plan, state, message, {
    nowMs: 1,
    draw: () => 0.5,
    newId: () => '',
    admit,
    isServed: () => true,
    runningOn: () => undefined,
  });
  if (!decision.accepted) return;
  for (const event of decision.events) {
    apply(plan, state, event);
    work.note(state, event);
  }
}

/** What is out and what is queued, counted from the states alone. */
function recount(states: readonly InstanceState[]): { sent: string[]; queued: string[] } {
  const sent: string[] = [];
  const queued: string[] = [];
  for (const state of states) {
    for (const path of state.open.keys()) {
      const { token, incarnation, claimant } = state.step(path);
      if (token === undefined) continue;
      (incarnation === undefined && claimant === undefined ? queued : sent).push(`${state.id}/${token}`);
    }
  }
  return { sent: sent.sort(), queued: queued.sort() };
}

describe('WorkIndex', () => {
  it('agrees with a recount of the states after every move, and with one that was adopted at a take-over', () => {
    fc.assert(
      fc.property(moves, (all) => {
        const work = new WorkIndex(() => 0);
        const states = [0, 1, 2].map((n) => newState(`i${n}` as InstanceId));
        for (const state of states) tell(work, state, { type: 'start', input: {}, checksum: 'c' }, true);
        for (const move of all) {
          const state = states[move.instance]!;
          const message = messageOf(state, move);
          if (message === undefined) work.begin(state.id, state.step('a').token ?? 0);
          else tell(work, state, message, move.room);
          const expected = recount(states);
          expect([...work.sent.keys()].sort()).toEqual(expected.sent);
          expect(work.backlog.size).toBe(expected.queued.length);
          const waiting = [...work.sent.values()].filter((step) => step.isWaiting).length;
          expect(lanes.reduce((sum, lane) => sum + work.waitingCount(lane), 0)).toBe(waiting);
        }
        const heir = new WorkIndex(() => 0);
        for (const state of states) heir.adopt(state);
        expect([...heir.sent.keys()].sort()).toEqual([...work.sent.keys()].sort());
        for (const state of states) expect(heir.workOf(state.id)).toBe(work.workOf(state.id));
        for (const state of states) tell(work, state, { type: 'cancel' }, false);
        for (const state of states)
          for (const path of [...state.open.keys()])
            tell(work, state, { type: 'lost', path, token: state.step(path).token ?? 0, code: 'WORKER_LOST' }, false);
        expect([work.sent.size, work.backlog.size, ...lanes.map((lane) => work.waitingCount(lane))]).toEqual([0, 0, 0, 0]);
        for (const state of states) expect(work.workOf(state.id)).toBe('none');
      }),
      { numRuns: 300 },
    );
  });
});
