import type { JsonObject } from '../model/json.js';
import type { InstanceId } from '../model/instance-id.js';
import type { Plan } from '../model/plan.js';
import { addClock } from './clock-heap.js';
import { InstanceState, type StepState } from './instance-state.js';
import { pushReady } from './ready-queue.js';

/** Facts of a state that are not derived from its steps. */
const facts = [
  'seq', 'generation', 'status', 'definition', 'version', 'checksum', 'input', 'key', 'summary', 'tags', 'queue', 'priority', 'startedAt',
  'endedAt', 'timeoutAt', 'isOverdue', 'closing', 'output', 'error', 'endedSteps', 'activeSteps', 'badSteps', 'firstBad',
] as const satisfies readonly (keyof InstanceState)[]; // prettier-ignore

/** JSON of a state: a cache that may be dropped, since the audit log rebuilds it. Ready queue and clocks are derived. */
export function toSnapshot(state: InstanceState): JsonObject {
  const kept = Object.fromEntries(facts.filter((name) => state[name] !== undefined).map((name) => [name, state[name]]));
  const steps = [...state.steps.keys()].sort().map((path) => [path, withoutUndefined(state.step(path))]);
  return { ...kept, open: [...state.open.keys()], steps } as unknown as JsonObject;
}

export function fromSnapshot(plan: Plan, id: InstanceId, snapshot: JsonObject): InstanceState {
  const { steps, open, ...kept } = snapshot as unknown as { steps: [string, StepState][]; open: string[] };
  const state = Object.assign(new InstanceState(id), kept);
  for (const [path, step] of steps) state.steps.set(path, step);
  for (const path of open) state.open.set(path, true);
  rebuildReady(plan, state);
  rebuildClocks(state);
  return state;
}

/** The order in which they were pushed: by the event that decided them, then by definition order. */
function rebuildReady(plan: Plan, state: InstanceState): void {
  const ready = plan.scope.steps.filter(
    (step) => state.step(step.id).status === 'pending' && state.step(step.id).readySeq !== undefined,
  );
  ready.sort((a, b) => state.step(a.id).readySeq! - state.step(b.id).readySeq! || a.index - b.index);
  for (const step of ready) state.ready = pushReady(state.ready, step.id);
}

function rebuildClocks(state: InstanceState): void {
  const add = (
    dueAt: number | undefined,
    kind: 'retry' | 'queueTimeout' | 'totalTimeout' | 'grace' | 'instanceTimeout',
    path: string,
  ): void => {
    if (dueAt !== undefined) state.clocks = addClock(state.clocks, { dueAt, kind, path });
  };
  add(state.timeoutAt, 'instanceTimeout', '');
  for (const path of state.open.keys()) {
    const { dueAt, queueTimeoutAt, totalTimeoutAt, graceUntil } = state.step(path);
    add(dueAt, 'retry', path);
    add(queueTimeoutAt, 'queueTimeout', path);
    add(totalTimeoutAt, 'totalTimeout', path);
    add(graceUntil, 'grace', path);
  }
}

const withoutUndefined = (step: StepState): object =>
  Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined));
