import fc from 'fast-check';
import { restartFacts } from '../decide/acts/restart-facts.js';
import type { Message } from '../model/message.js';
import type { ChaosWorld, Work } from './chaos-world.js';
import type { VirtualShell } from './virtual-shell.js';

/** What happens next in a world. The numbers choose among what is possible then. */
export interface Move {
  readonly do: keyof typeof deeds;
  readonly who: number;
  readonly pick: number;
}

type Deed = (world: ChaosWorld, move: Move) => void;

const among = <T>(from: readonly T[], pick: number): T | undefined => from[pick % Math.max(1, from.length)];
const someone = (world: ChaosWorld, { who }: Move): VirtualShell => among(world.shells, who)!;
/** A step that was ever heard of, whether that makes sense or not. */
const somePath = (shell: VirtualShell, pick: number): string => among([...shell.state.steps.keys()], pick) ?? 'nowhere';

const withOpen =
  (deed: (work: Work, pick: number) => void): Deed =>
  (world, { who, pick }) => {
    const work = among(world.open, who);
    if (work !== undefined) deed(work, pick);
  };

const act =
  (type: 'retryStep' | 'skipStep' | 'completeStep' | 'cancelStep', facts: object = {}): Deed =>
  (world, move) => {
    const shell = someone(world, move);
    shell.tell({ type, path: somePath(shell, move.pick), by: 'ana', ...facts } as Message);
  };

const tell =
  (message: Message): Deed =>
  (world, move) =>
    void someone(world, move).tell(message);

/** An end of an attempt that is long over, of another one, or a second time. */
const repeat: Deed = (world, { who, pick }) => {
  const work = among(world.everSent, who);
  if (work === undefined) return;
  if (pick % 2 === 0) work.shell.complete(work, 'late');
  else work.shell.fail(work, 'LATE');
};

const event: Deed = (world, move) => {
  const shell = someone(world, move);
  const { pick } = move;
  const name = among(['a', 'b', 'c'], pick)!;
  const payload = among([5, 1, 'text', null], pick >> 2)!;
  const path = pick % 7 === 0 ? somePath(shell, pick >> 4) : undefined;
  if (pick % 5 === 0) world.eventByKey(name, 'order', payload);
  else world.event(shell, name, payload, path);
};

const ask: Deed = (world, move) => {
  const shell = someone(world, move);
  const path = among([...shell.state.asks.keys()], move.pick);
  if (path === undefined) return;
  if (move.pick % 4 === 0) shell.tell({ type: 'claimAsk', name: path, by: 'bob' });
  else if (move.pick % 4 === 1) shell.tell({ type: 'reassignAsk', name: path, assignees: ['eve'] });
  else world.answerAsk(shell, path, move.pick % 3 === 0 ? 'nonsense' : undefined);
};

/** Commands of which nobody knows whether they ever arrived. */
const resend: Deed = (world, move) => {
  const shell = someone(world, move);
  const steps = shell.openCommands();
  if (steps.length > 0) shell.tell({ type: 'dispatch', steps, incarnation: 2, delivery: 2 });
};

const restart: Deed = (world, move) => {
  const shell = someone(world, move);
  if (world.isFull) return;
  const from = among(shell.plan.scope.steps, move.pick)?.id;
  const facts = restartFacts(shell.plan, shell.state, shell.plan, from);
  if (Array.isArray(facts) || from === undefined) return;
  world.start(shell.plan.name, shell.state.input, { restartOf: { instance: shell.id, from, ...facts } });
};

/** It dies while it decides upon something, and is told once more. */
const crashInVain: Deed = (world, { who, pick }) => {
  const work = among(world.open, who);
  if (work === undefined) return;
  const { shell, path, token } = work;
  const message: Message = { type: 'stepCompleted', path, token, output: pick, worker: 'w', startedAt: shell.nowMs };
  shell.tellInVain(message);
  shell.tell(message);
};

const deeds = {
  deliver: (world, { pick }) => world.deliver(pick),
  complete: withOpen(({ shell, ...command }, pick) => shell.complete(command, { [command.path]: pick % 100 })),
  fail: withOpen(({ shell, ...command }, pick) => shell.fail(command, 'BOOM', pick % 3 !== 0)),
  claim: withOpen(({ shell, path, token }, pick) => shell.tell({ type: 'claim', path, token, claimant: `w${pick % 2}` })),
  lose: withOpen(({ shell, path, token }) => shell.tell({ type: 'lost', path, token, code: 'WORKER_LOST' })),
  progress: withOpen(({ shell, path, token }, pick) => shell.tell({ type: 'progress', path, token, details: pick % 100 })),
  repeat,
  dispatch: (world, move) => someone(world, move).dispatchQueued(),
  resend,
  passTime: (world) => void world.tick(),
  wake: tell({ type: 'wake' }),
  event,
  ask,
  emit: (world, move) => void world.emit(someone(world, move), move.pick % 4 !== 0),
  cancel: (world, move) => {
    const compensate = among([undefined, true, false], move.pick);
    someone(world, move).tell({ type: 'cancel', reason: 'test', ...(compensate !== undefined && { compensate }) });
  },
  pause: tell({ type: 'pause' }),
  resume: tell({ type: 'resume' }),
  retry: tell({ type: 'retry', by: 'ana' }),
  retryStep: act('retryStep'),
  editStep: act('retryStep', { input: { edited: true } }),
  skipStep: act('skipStep', { output: 1 }),
  completeStep: act('completeStep', { output: 1 }),
  cancelStep: act('cancelStep'),
  restart,
  crash: (world, move) => someone(world, move).crash(move.pick % 2 === 0 ? 'replay' : 'snapshot'),
  crashInVain,
} satisfies Record<string, Deed>;

const weights: Partial<Record<Move['do'], number>> = {
  deliver: 12,
  complete: 10,
  fail: 4,
  passTime: 4,
  dispatch: 2,
  event: 3,
  cancel: 0.5,
  restart: 0.3,
};

export const arbitraryMoves: fc.Arbitrary<Move[]> = fc.array(
  fc.record({
    do: fc.oneof(
      ...(Object.keys(deeds) as Move['do'][]).map((name) => ({
        weight: (weights[name] ?? 1) * 10,
        arbitrary: fc.constant(name),
      })),
    ),
    who: fc.nat(1_000_000),
    pick: fc.nat(1_000_000),
  }),
  { maxLength: 80 },
);

export function doIt(world: ChaosWorld, move: Move): void {
  deeds[move.do](world, move);
}
