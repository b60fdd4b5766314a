import { apply } from '../../apply/apply.js';
import { decide } from '../../decide/decide.js';
import { canonicalJson } from '../../json/canonical.js';
import type { AuditEvent } from '../../model/audit-event.js';
import type { Json, JsonObject } from '../../model/json.js';
import { instanceLifecycle, isEnded, stepLifecycle } from '../../model/lifecycle.js';
import { type InstanceState, newState } from '../../state/instance-state.js';
import { fromSnapshot, toSnapshot } from '../../state/snapshot.js';
import { isUndoPath, undonePathOf } from '../../state/undo-run.js';
import type { VirtualShell } from '../virtual-shell.js';
import { type Invariants, isOf, type Watch } from './invariant.js';

/** Whatever the order of their keys. */
const isSame = (a: JsonObject, b: JsonObject): boolean =>
  JSON.stringify(a) === JSON.stringify(b) || canonicalJson(a as Json) === canonicalJson(b as Json);
const allows = (table: Readonly<Record<string, readonly string[]>>, from: string, to: string): boolean =>
  from === to || table[from]!.includes(to);

/** An instance and its steps only ever go where the tables of model/lifecycle.ts allow. */
function lifecycles(): Watch {
  const wrong: string[] = [];
  const steps = new Map<string, string>();
  let status = 'pending';
  const look = ({ seq }: AuditEvent, state: InstanceState, path: string): void => {
    const own = state.steps.get(path);
    const from = steps.get(path) ?? 'pending';
    if (own === undefined) return void steps.delete(path);
    if (!allows(stepLifecycle, from, own.status)) wrong.push(`${seq} ${path}: ${from} → ${own.status}`);
    steps.set(path, own.status);
  };
  const after = (event: AuditEvent, state: InstanceState): void => {
    if (!allows(instanceLifecycle, status, state.status)) wrong.push(`${event.seq}: ${status} → ${state.status}`);
    status = state.status;
    const { path } = event;
    if (isOf(event, 'instanceStartedAgain')) steps.clear();
    if (isOf(event, 'instanceStarted')) for (const one of state.steps.keys()) steps.set(one, state.step(one).status); // a restart
    if (isOf(event, 'instanceRetried')) for (const one of [...steps.keys()]) look(event, state, one);
    if (path === undefined || (isOf(event, 'childCompensating') && !steps.has(path))) return; // its list has ended and is no longer known
    look(event, state, path);
    if (isUndoPath(path)) look(event, state, undonePathOf(path));
  };
  return { after, findings: () => wrong };
}

/** Told the same at the same times, it decides the same. */
function decidedAgain(shell: VirtualShell): string[] {
  const { plan, id, told } = shell;
  const state = newState(id);
  const other: string[] = [];
  for (const { message, decision, ...then } of told) {
    const again = decide(plan, state, message, shell.context(then));
    if (JSON.stringify(again) !== JSON.stringify(decision)) other.push(JSON.stringify(message));
    if (decision.accepted) for (const event of decision.events) apply(plan, state, event);
  }
  return other;
}

export const ofTheLog: Invariants = {
  'numbers the log 1..n without a gap': ({ history }) => history.filter(({ seq }, index) => seq !== index + 1),

  'rebuilds the state from the log alone, and from its snapshot': ({ plan, id, state: now }) => ({
    findings: (state) => {
      const snapshot = toSnapshot(now);
      const back = fromSnapshot(plan, id, JSON.parse(JSON.stringify(snapshot)) as JsonObject);
      return [state, back].map(toSnapshot).filter((other) => !isSame(other, snapshot));
    },
  }),

  'decides alike when it is told the same again': decidedAgain,

  'follows both lifecycles': lifecycles,

  'changes nothing after the end, but by a new generation or by undoing the whole': () => {
    const wrong: AuditEvent[] = [];
    const before = (event: AuditEvent, { status, generation }: InstanceState): void => {
      if (!isEnded(status)) return;
      const isNext = isOf(event, 'instanceRetried') && event.generation === generation + 1;
      if (!isNext && !isOf(event, 'instanceCompensating')) wrong.push(event);
    };
    return { before, findings: () => wrong };
  },

  'ends with nothing open': ({ state }) =>
    isEnded(state.status) ? [...state.open.keys()] : [state.status, ...state.open.keys()],
};
