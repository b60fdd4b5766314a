import { type InstanceState, isEnded } from '#libs/engine';

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

/**
 * Whatever is open has something that can end it: else it would wait for ever.
 * @param work of its wake-up row: how a new owner finds what must be sent again
 * @returns what is missing, in words
 */
export function compareWaits(state: InstanceState, facts: WaitFacts, work: string): string[] {
  const found: string[] = [];
  for (const path of state.open.keys()) {
    const missing = missingFor(state, path, facts);
    if (missing !== undefined) found.push(`"${path}" waits, but there is no ${missing}`);
  }
  const limit = missingForLimit(state, facts);
  if (limit !== undefined) found.push(`it waits, but there is no ${limit}`);
  if (standsStill(state, facts)) found.push(`${state.status}, but no step is open and no clock runs: nothing would ever move it`);
  const wanted = workOf(state);
  if (wanted !== work) found.push(`its wake-up row says that its commands are "${work}", the log says "${wanted}"`);
  return found;
}

/** Ids of the children that open steps wait for. */
export function childrenOf(state: InstanceState): string[] {
  const ids: string[] = [];
  for (const path of state.open.keys()) {
    const { status, wait } = state.step(path);
    if (status === 'waiting' && wait?.kind === 'child') ids.push(wait.startedId ?? wait.childId);
  }
  return ids;
}

/** What a new owner must take up of it: commands (and emits) that are out, else those that wait to be sent. */
function workOf(state: InstanceState): 'none' | 'queued' | 'sent' {
  let isQueued = false;
  for (const path of state.open.keys()) {
    const { task, status, token, wait, incarnation, claimant } = state.step(path);
    if (token === undefined) continue;
    if (wait?.kind === 'emit') return 'sent';
    if (task === undefined || status === 'waiting') continue;
    if (incarnation !== undefined || claimant !== undefined) return 'sent';
    isQueued = true;
  }
  return isQueued ? 'queued' : 'none';
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
  if (status === 'retrying')
    return state.pausedAt !== undefined || isRung(facts, dueAt) ? undefined : 'wake-up row that is due in time';
  if (status !== 'waiting' || wait === undefined) return undefined;
  switch (wait.kind) {
    case 'timer': {
      const isStopped = state.pausedAt !== undefined && wait.isAbsolute !== true;
      return isStopped || isRung(facts, dueAt) ? undefined : 'wake-up row that is due in time';
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

const isRung = (facts: WaitFacts, dueAt: number | undefined): boolean =>
  dueAt === undefined || (facts.dueAt !== null && facts.dueAt <= dueAt);
