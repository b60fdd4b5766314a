import fc from 'fast-check';
import { canonicalJson } from '../../json/canonical.js';
import type { AuditEvent } from '../../model/audit-event.js';
import { isEnded } from '../../model/lifecycle.js';
import type { Message } from '../../model/message.js';
import { replay } from '../../apply/apply.js';
import { compile } from '../../compile/compile.js';
import { toSnapshot } from '../../state/snapshot.js';
import { arbitraryDefinition } from '../../testing/random-definition.js';
import { VirtualShell } from '../../testing/virtual-shell.js';

const runs = Number(process.env['ORQUESTRA_TEST_RUNS'] ?? 300);
const seed = Number(process.env['ORQUESTRA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const acts = ['pause', 'resume', 'retry', 'retryStep', 'skipStep', 'completeStep', 'cancelStep'] as const;
const world = ['complete', 'complete', 'fail', 'fail', 'passTime', 'dispatch', 'replay', 'snapshot', 'cancel'] as const;
type Move = { readonly do: (typeof acts)[number] | (typeof world)[number]; readonly pick: number };

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom(...world), pick: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom(...acts), pick: fc.nat() }) },
  ),
  { maxLength: 60 },
);

function move(shell: VirtualShell, { do: what, pick }: Move): void {
  const open = shell.openCommands();
  const command = open[pick % Math.max(1, open.length)];
  switch (what) {
    case 'complete':
      if (command) shell.complete(command, { [command.path]: pick });
      return;
    case 'fail':
      if (command) shell.fail(command, 'BOOM', pick % 3 !== 0);
      return;
    case 'passTime':
      shell.passTime();
      return;
    case 'dispatch':
      return shell.dispatchQueued();
    case 'replay':
    case 'snapshot':
      return shell.crash(what);
    case 'cancel':
      if (pick % 4 === 0) shell.tell({ type: 'cancel' });
      return;
    default:
      act(shell, what, pick);
  }
}

/** On any step that was ever heard of, whether that makes sense or not. */
function act(shell: VirtualShell, type: (typeof acts)[number], pick: number): void {
  const paths = [...shell.state.steps.keys()];
  const path = paths[pick % Math.max(1, paths.length)] ?? 'nowhere';
  const ended = isEnded(shell.state.status);
  const before = canonicalJson(toSnapshot(shell.state));
  const { generation, seq } = shell.state;
  const decision = shell.tell({ type, path, by: 'ana', output: 1 } as Message);
  if (!decision.accepted) expect(canonicalJson(toSnapshot(shell.state))).toBe(before);
  else if (ended) expect(shell.history[seq]).toMatchObject({ type: 'instanceRetried', generation: generation + 1 });
}

/** A healthy world: it is resumed, everything open is done, clocks fire; what waits for more than time is completed by hand. */
function finish(shell: VirtualShell): void {
  shell.tell({ type: 'resume' });
  for (let round = 0; round < 500 && !isEnded(shell.state.status); round += 1) {
    shell.dispatchQueued();
    const open = shell.openCommands();
    if (open.length > 0) for (const command of open) shell.complete(command, { [command.path]: 1 });
    else if (!shell.passTime() && !completeWaits(shell)) return;
  }
}

/** @returns whether there was one */
function completeWaits(shell: VirtualShell): boolean {
  const waits = [...shell.state.steps.keys()].filter((path) => shell.state.step(path).status === 'waiting');
  return waits.map((path) => shell.tell({ type: 'completeStep', path, by: 'ana', output: 1 })).some(({ accepted }) => accepted);
}

function checkHistory(history: readonly AuditEvent[]): void {
  let isPaused = false;
  let isClosing = false;
  history.forEach((event, index) => {
    expect(event.seq).toBe(index + 1);
    if (event.type === 'instancePaused') isPaused = true;
    if (event.type === 'instanceResumed' || event.type === 'instanceClosing') isPaused = false;
    if (isPaused) expect(['stepScheduled', 'stepsDispatched', 'blockEntered', 'scopesOpened']).not.toContain(event.type);
    if (event.type === 'instanceRetried') isClosing = false;
    const isShielded = /~undo$|\/finally\//.test(event.path ?? '');
    if (isClosing && !isShielded) expect(event.type).not.toBe('stepScheduled');
    if (event.type === 'instanceClosing') isClosing = true;
  });
}

it(`acts keep every promise of the log (seed ${seed}, ${runs} runs)`, () => {
  fc.assert(
    fc.property(arbitraryDefinition, moves, fc.constantFrom(Infinity, 1, 2), (definition, list, room) => {
      const { plan, problems } = compile(definition);
      if (plan === undefined) throw new Error(JSON.stringify(problems));
      const shell = new VirtualShell(plan, { room: () => room });
      shell.start({ a: 1 });
      for (const one of list) move(shell, one);
      finish(shell);
      const { state, history, id } = shell;
      expect(isEnded(state.status)).toBe(true);
      expect(state.open.size).toBe(0);
      checkHistory(history);
      const again = replay(plan, id, JSON.parse(JSON.stringify(history)) as AuditEvent[]);
      expect(canonicalJson(toSnapshot(again))).toBe(canonicalJson(toSnapshot(state)));
    }),
    { numRuns: runs, seed },
  );
});
