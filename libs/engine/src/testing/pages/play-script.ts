import { replay } from '../../apply/apply.js';
import { reasonOf } from '../../effects/reason.js';
import { canonicalJson } from '../../json/canonical.js';
import type { AuditEvent } from '../../model/audit-event.js';
import type { Json } from '../../model/json.js';
import { toSnapshot } from '../../state/snapshot.js';
import { emptyInstanceView, foldInstanceView } from '../../view/instance-view.js';
import type { VirtualShell } from '../virtual-shell.js';
import { type Act, type Behaviour, type Check, type Line, readScript } from './read-script.js';
import { type Conditions, TimedWorld } from './timed-world.js';

/** What a page says, and what was found: equal, or the page is wrong. */
export interface Finding {
  readonly said: Json;
  readonly found: Json;
}

/**
 * Runs what a ```run block says on virtual time.
 * @param definitions by name; `main` is the one that is started
 * @param hardships nothing on the page may change by them
 */
export function playScript(
  text: string,
  definitions: Record<string, object>,
  main: string,
  hardships: Pick<Conditions, 'crashes' | 'repeats'> = {},
): Finding[] {
  const lines = readScript(text);
  const isServed = !lines.some((line) => line.kind === 'task' && line.behaviours.some(({ isUnserved }) => isUnserved));
  const world = new TimedWorld(definitions, behaviourOf(lines), { isServed, ...hardships });
  const input = lines.find((line) => line.kind === 'input')?.value ?? {};
  const shell = world.start(main, input);
  const startedAt = world.now;
  world.runUntil(startedAt);
  const findings: Finding[] = [];
  lines.forEach((line, index) => {
    if (line.kind === 'act') {
      if (line.atMs !== undefined) world.runUpTo(startedAt + line.atMs);
      findings.push({ said: line.refused ?? null, found: perform(world, shell, line.act) });
      world.runUntil(world.now);
    }
    if (line.kind !== 'check') return;
    if (line.check.kind === 'end' && !lines.slice(index).some(({ kind }) => kind === 'act')) world.runUntil(Infinity);
    findings.push(find(world, shell, line.check, startedAt));
  });
  return [...findings, ...[...world.instances.values()].map(replayed)];
}

/** Whatever happened, the log alone brings the instance back. */
function replayed({ plan, id, state, history }: VirtualShell): Finding {
  const again = replay(plan, id, JSON.parse(JSON.stringify(history)) as AuditEvent[]);
  return { said: canonicalJson(toSnapshot(state)), found: canonicalJson(toSnapshot(again)) };
}

/** Tasks do what their line says, one attempt after the other; without a line they return their input at once. */
function behaviourOf(lines: readonly Line[]): (path: string, task: string) => Behaviour {
  const told = new Map(lines.flatMap((line) => (line.kind === 'task' ? [[line.name, line.behaviours] as const] : [])));
  const begun = new Map<string, number>();
  return (path, task) => {
    const name = told.has(path) ? path : task;
    const count = begun.get(name) ?? 0;
    begun.set(name, count + 1);
    let before = 0;
    return told.get(name)?.find(({ times }) => count < (before += times)) ?? { takesMs: 0, times: Infinity };
  };
}

/** @returns why it was refused */
function perform(world: TimedWorld, shell: VirtualShell, act: Act): string | null {
  if (act.kind === 'nothing') return null;
  if (act.kind === 'event' && act.key !== undefined) {
    world.sendByKey(world.received(act.name, act.payload, act.key));
    return null;
  }
  const decision = shell.tell(
    act.kind === 'event' ? { type: 'event', event: world.received(act.name, act.payload) } : act.message,
  );
  return decision.accepted ? null : decision.reason;
}

function find(world: TimedWorld, shell: VirtualShell, check: Check, startedAt: number): Finding {
  const view = foldInstanceView(emptyInstanceView, shell.history);
  switch (check.kind) {
    case 'end':
      return endFinding(shell, check, (shell.state.endedAt ?? world.now) - startedAt);
    case 'ran':
      return {
        said: [...check.paths],
        found: world.ran.map((one) => (one.shell === shell ? one.path : `${one.shell.plan.name}:${one.path}`)),
      };
    case 'step': {
      const { status = 'pending', output = null } = view.steps.get(check.path) ?? {};
      if (check.output === undefined) return { said: check.status, found: status };
      return { said: [check.status, check.output], found: [status, output] };
    }
    case 'others': {
      const others = world.of(check.name).filter((one) => one !== shell);
      return { said: [...check.statuses], found: others.map((one) => one.state.status) };
    }
    case 'why': {
      const step = view.steps.get(check.path);
      const reason = step && reasonOf(step, world.reasonFacts);
      return { said: check.text, found: reason?.text ?? null };
    }
  }
}

/** Compares as much as the page says; an error that it does not mention is one too many. */
function endFinding({ state }: VirtualShell, check: Extract<Check, { kind: 'end' }>, afterMs: number): Finding {
  const { status, error, output } = state;
  const place = check.error?.includes(' at ') ? `${error?.code} at ${error?.path}` : (error?.code ?? null);
  const facts: [Json | undefined, Json][] = [
    [check.status, status],
    [check.error ?? (error && null), place],
    [check.afterMs, afterMs],
    [check.output, output ?? null],
  ];
  const compared = facts.filter((fact): fact is [Json, Json] => fact[0] !== undefined);
  return { said: compared.map(([said]) => said), found: compared.map(([, found]) => found) };
}
