import { type InstanceState, isEnded } from '#libs/engine';
import type { InstanceHead } from '../ports.js';
import { violation } from './compare-instance.js';
import type { Violation } from './violation.js';

/** What is stored, beside the log, that can end the waits of one instance. */
export interface WaitFacts {
  /** Of its wake-up row. */
  readonly dueAt: number | null;
  /** Paths. */
  readonly asks: ReadonlySet<string>;
  readonly subscriptions: ReadonlySet<string>;
  readonly lockRequests: ReadonlySet<string>;
  /** Ids of instances that are there, or asked for. */
  readonly children: ReadonlySet<string>;
}

/** Whatever waits has something that can end the waiting: else it would wait for ever. */
export function compareWaits(head: InstanceHead, state: InstanceState, facts: WaitFacts): Violation[] {
  const found: Violation[] = [];
  for (const path of state.open.keys()) {
    const missing = missingFor(state, path, facts);
    if (missing !== undefined) found.push(violation(head.id, 'wait', `"${path}" waits, but there is no ${missing}`));
  }
  const limit = missingForLimit(state, facts);
  if (limit !== undefined) found.push(violation(head.id, 'wait', `it waits, but there is no ${limit}`));
  if (standsStill(state, facts))
    found.push(violation(head.id, 'wait', `${state.status}, but no step is open and no clock runs: nothing would ever move it`));
  return found;
}

/** Has begun and not ended, and waits for nothing. What is being undone is not open, so that is left out. */
function standsStill(state: InstanceState, { dueAt }: WaitFacts): boolean {
  const isGoingOn = state.seq > 0 && !isEnded(state.status) && state.status !== 'compensating' && state.pausedAt === undefined;
  return isGoingOn && state.open.size === 0 && dueAt === null && state.asked === undefined;
}

/** What it holds or asks for of the limits of its definition is a row without a path. */
function missingForLimit({ asked, slot }: InstanceState, facts: WaitFacts): string | undefined {
  const limit = asked ?? slot;
  return limit === undefined || facts.lockRequests.has('') ? undefined : `request for the limit ${limit.kind} "${limit.key}"`;
}

function missingFor(state: InstanceState, path: string, facts: WaitFacts): string | undefined {
  const { status, wait, dueAt, token } = state.step(path);
  if (status !== 'waiting' || wait === undefined) return undefined;
  switch (wait.kind) {
    case 'timer': {
      const isStopped = state.pausedAt !== undefined && wait.isAbsolute !== true;
      const isRung = dueAt === undefined || (facts.dueAt !== null && facts.dueAt <= dueAt);
      return isStopped || isRung ? undefined : 'wake-up row that is due in time';
    }
    case 'event':
      return wait.key === undefined || facts.subscriptions.has(path) ? undefined : `subscription to the key ${wait.key}`;
    case 'ask':
      return facts.asks.has(path) ? undefined : 'row in the list of asks';
    case 'child':
      return facts.children.has(wait.startedId ?? wait.childId) ? undefined : `child ${wait.startedId ?? wait.childId}`;
    case 'lock': // one that shares a lock around it has no request of its own
      return token === undefined || facts.lockRequests.has(path) ? undefined : `request for the lock ${wait.key}`;
    case 'emit':
      return undefined;
  }
}
