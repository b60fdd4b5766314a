import type { LimitKind, Plan } from '../../model/plan.js';
import type { Json } from '../../model/json.js';
import { isAtGate } from '../../state/held-back.js';
import type { Draft } from '../draft.js';
import { evaluate } from '../evaluation.js';
import { expressionFailure } from '../expression-failure.js';
import { keyOf } from '../values.js';

/** What a new instance has to be granted before its steps begin: its place first, so that a permit is not used up in the queue for one. */
export function gatesOf({ concurrency, rate }: Plan): LimitKind[] | undefined {
  const gates: LimitKind[] = [];
  if (concurrency !== undefined) gates.push('concurrency');
  if (rate !== undefined) gates.push('rate');
  return gates.length > 0 ? gates : undefined;
}

/** Of an instance that goes on after its end: its place was given back, and its start counts once. */
export function gatesAgain({ plan, state }: Draft): LimitKind[] | undefined {
  const gates = gatesOf(plan)?.filter((kind) => kind === 'concurrency' || state.gates.includes(kind));
  return gates !== undefined && gates.length > 0 ? gates : undefined;
}

/** Asks for the next of what it must be granted. A pause asks for nothing: a permit would be used up by it. */
export function askForLimit(draft: Draft): void {
  const { plan, state } = draft;
  if (!isAtGate(state) || state.asked !== undefined || state.pausedAt !== undefined) return;
  try {
    if (state.gates[0] === 'concurrency') askForSlot(draft, plan.concurrency!);
    else askForPermit(draft, plan.rate!);
  } catch (error) {
    const { code, message } = expressionFailure(error);
    draft.emit('instanceClosing', { as: 'failed', error: { code, message: `${state.gates[0]}.key: ${message}` } });
  }
}

function askForSlot(draft: Draft, { key, limit, onLimit }: NonNullable<Plan['concurrency']>): void {
  draft.emit('limitRequested', { kind: 'concurrency', key: keyIn(draft, key), limit, onLimit });
}

function askForPermit(draft: Draft, { key, limit, windowMs }: NonNullable<Plan['rate']>): void {
  draft.emit('limitRequested', { kind: 'rate', key: keyIn(draft, key), limit, windowMs });
}

/** Without a key all instances of the definition share the limit. */
function keyIn(draft: Draft, key: NonNullable<Plan['rate']>['key']): string {
  const value: Json | undefined = key && evaluate(draft, key);
  return value === undefined ? '' : keyOf(value, 'key');
}
