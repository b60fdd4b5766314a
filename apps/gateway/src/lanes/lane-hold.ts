import type { LaneRow, LaneScope } from '#libs/persistence';

/** Why a step that waits in the backlog is not sent, in the words of `waitingFor`. */
export interface Hold {
  readonly reason: 'paused' | 'limit';
  readonly text: string;
}

export interface HoldFacts {
  readonly row: (scope: LaneScope, name: string) => LaneRow | undefined;
  /** Steps of it that are out, as their owners last told. */
  readonly inUse: (scope: LaneScope, name: string) => number;
  /** Steps that hold a slot of its limit or could use one at once. */
  readonly demand: (scope: LaneScope, name: string) => number;
}

/** A pause first, as it holds up everything; then a breaker; then whichever limit is reached. Undefined: its workers have enough to do. */
export function holdOf(task: string, queue: string, facts: HoldFacts): Hold | undefined {
  const rows = [facts.row('queue', queue), facts.row('task', task)].filter((row) => row !== undefined);
  const holds = [pauseOf, breakerHold, (row: LaneRow) => limitOf(row, facts)];
  for (const holdBy of holds) {
    for (const row of rows) {
      const hold = holdBy(row);
      if (hold !== undefined) return hold;
    }
  }
  return undefined;
}

function pauseOf({ scope, name, paused, note, by }: LaneRow): Hold | undefined {
  if (!paused) return undefined;
  const text = `${scope} ${name} is paused${by === null ? '' : ` by ${by}`}${note === null ? '' : `: ${note}`}`;
  return { reason: 'paused', text };
}

function breakerHold({ name, breaker, state }: LaneRow): Hold | undefined {
  if (breaker === 'open') return { reason: 'paused', text: `the circuit breaker of task ${name} was opened by hand` };
  if (breaker === 'closed' || state.state === 'closed') return undefined;
  const next = state.state === 'open' ? 'then one attempt is let through' : 'one attempt is let through to see whether it works';
  const until = state.opensUntil === null ? '' : ` until ${new Date(state.opensUntil).toISOString()}`;
  return {
    reason: 'limit',
    text: `the circuit breaker of task ${name} is ${state.state === 'open' ? 'open' : 'half-open'}${until}: ${next}`,
  };
}

function limitOf({ scope, name, concurrency, rate }: LaneRow, { inUse, demand }: HoldFacts): Hold | undefined {
  const used = inUse(scope, name);
  if (concurrency !== null && (used >= concurrency || demand(scope, name) > concurrency))
    return { reason: 'limit', text: `limit ${scope} ${name}: ${used} of ${concurrency} in use` };
  return rate === null ? undefined : { reason: 'limit', text: `limit ${scope} ${name}: at most ${rate.limit} a ${rate.per}` };
}
