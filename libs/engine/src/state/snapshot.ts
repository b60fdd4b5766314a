import type { JsonObject } from '../model/json.js';
import type { InstanceId } from '../model/instance-id.js';
import type { Plan } from '../model/plan.js';
import { rebuildClocks } from './clocks.js';
import { InstanceState, type UndoEntry } from './instance-state.js';
import type { ScopeState } from './block-state.js';
import { type StepState, untouchedStep } from './step-state.js';
import { pushReady, pushUrgent, type ReadyEntry } from './ready-queue.js';
import { trimReady } from '../apply/ready.js';

/** Facts of a state that are not derived from its steps. */
const facts = [
  'seq', 'generation', 'generationFrom', 'status', 'definition', 'version', 'checksum', 'input', 'key', 'summary', 'tags', 'queue', 'priority', 'startedAt',
  'endedAt', 'timeoutAt', 'timeoutMs', 'isOverdue', 'closing', 'output', 'error', 'activeSteps', 'parent', 'pausedAt', 'events', 'eventBytes',
  'undone', 'rounds', 'readyNo', 'isPausedWithDefinition', 'gates', 'asked', 'slot',
] as const satisfies readonly (keyof InstanceState)[]; // prettier-ignore

/** JSON of a state: a cache that may be dropped, since the audit log rebuilds it. Ready queue and clocks are derived. */
export function toSnapshot(state: InstanceState): JsonObject {
  const kept = Object.fromEntries(facts.filter((name) => state[name] !== undefined).map((name) => [name, state[name]]));
  const steps = [...state.steps.keys()].sort().map((path) => [path, withoutUndefined(state.step(path))]);
  const scopes = [...state.scopes.keys()].sort().map((path) => [path, state.scope(path)]);
  const undo = [...state.undo.keys()].map((path) => [path, state.undo.get(path)]);
  const waits = [...state.waits.keys(), ...state.asks.keys()];
  return { ...kept, undo, open: [...state.open.keys()], waits, scopes, steps } as unknown as JsonObject;
}

export function fromSnapshot(plan: Plan, id: InstanceId, snapshot: JsonObject): InstanceState {
  const { steps, open, waits, scopes, undo, ...kept } = snapshot as unknown as Lists;
  const state = Object.assign(new InstanceState(id), kept);
  for (const [path, step] of steps) state.steps.set(path, { ...untouchedStep, ...step });
  for (const [path, scope] of scopes) state.scopes.set(path, scope);
  for (const path of waits) rebuildWait(state, path);
  for (const [path, entry] of undo) state.undo.set(path, entry);
  for (const path of open) state.open.set(path, true);
  rebuildReady(plan, state);
  rebuildClocks(state);
  return state;
}

interface Lists {
  readonly steps: [string, StepState][];
  readonly scopes: [string, ScopeState][];
  readonly undo: [string, UndoEntry][];
  readonly open: string[];
  readonly waits: string[];
}

/** In the order in which they were pushed. Scopes that must be stopped are found again by what failed in them. */
function rebuildReady(plan: Plan, state: InstanceState): void {
  const entries: ReadyEntry[] = [];
  for (const path of state.steps.keys()) {
    const { readyNo, status, block } = state.step(path);
    if (readyNo !== undefined && (status === 'pending' || (block !== undefined && state.open.get(path))))
      entries.push({ path, no: readyNo });
  }
  entries.sort((a, b) => a.no - b.no);
  for (const entry of entries) state.ready = pushReady(state.ready, entry);
  for (const scopePath of state.scopes.keys()) {
    const { bad, result } = state.scope(scopePath);
    if (scopePath !== '' && bad > 0 && result === undefined)
      state.ready = pushUrgent(state.ready, { path: `${scopePath}/`, no: 0 });
  }
  trimReady(plan, state);
}

/** What can still reach a wait. */
function rebuildWait(state: InstanceState, path: string): void {
  const { wait } = state.step(path);
  if (wait?.kind === 'ask') state.asks.set(path, [wait.name]);
  if (wait?.kind !== 'event') return;
  state.waits.set(
    path,
    wait.names.filter((name) => !wait.taken.some((event) => event.name === name)),
  );
}

const withoutUndefined = (step: StepState): object =>
  Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined));
