import { bucketOf, partitionOf } from '#libs/contracts';
import type { Execution } from '../ledger/ledger.js';
import type { Finding } from './check-history.js';
import type { TakeOvers } from './sampler.js';
import type { StoredFacts, StoredStep } from './stored-facts.js';

/** When a fault was there, CLOCK_MONOTONIC ms. */
export interface FaultTime {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface LedgerFindings {
  readonly I5: Finding;
  readonly I13: Finding;
  readonly I18: Finding;
}

/** How long after a fault an execution may still be repeated because of it: until a lease and a redelivery have passed. */
const aftermathMs = 30_000;
const onceOnly = /(?:^|\/)once$/;
const undoing = /\/~undo$/;
const stepOf = ({ instance, path }: Pick<Execution, 'instance' | 'path'>): string => `${instance} ${path}`;
const attemptOf = (one: Pick<Execution, 'instance' | 'path' | 'attempt'>): string => `${stepOf(one)} ${one.attempt}`;

/** What was really done, against what was decided. */
export function checkLedger(
  executions: readonly Execution[],
  stored: StoredFacts,
  faults: readonly FaultTime[],
  takeOvers: TakeOvers,
): LedgerFindings {
  return {
    I5: repeatsHaveCauses(executions, faults, takeOvers),
    I13: undoneInReverse(executions, stored),
    I18: nothingMadeUp(executions, stored),
  };
}

/** Take-overs are seen so much later than they happen, at most. */
const seenLateMs = 3_000;

/**
 * Leases lost while an attempt was under way: one fault may cost several, and each of those who take over sends again what the one before could not
 * note as sent.
 */
function leasesLost({ partitions, at }: TakeOvers, instance: string, fromMs: number, toMs: number): number {
  const times = at.get(partitionOf(bucketOf(instance), partitions)) ?? [];
  return times.filter((ms) => ms >= fromMs && ms <= toMs + seenLateMs).length;
}

/** An attempt runs again only after a fault, once for each or for each lease lost by it; at-most-once steps never do; all of a step has one idempotency key, and no other step has it. */
function repeatsHaveCauses(executions: readonly Execution[], faults: readonly FaultTime[], takeOvers: TakeOvers): Finding {
  const messages: string[] = [];
  for (const [attempt, own] of Map.groupBy(executions, attemptOf)) {
    const times = own.map(({ beganAtMs }) => beganAtMs).sort((a, b) => a - b);
    if (own.length === 1) continue;
    const [first, last] = [times[0]!, times.at(-1)!];
    const causes = faults.filter(({ fromMs, toMs }) => fromMs <= last && toMs >= first - aftermathMs).length;
    const lost = causes === 0 ? 0 : leasesLost(takeOvers, own[0]!.instance, first, last);
    if (own.length > 1 + Math.max(causes, lost))
      messages.push(`${attempt} ran ${own.length} times, with ${causes} faults about and ${lost} leases lost`);
  }
  const bySteps = Map.groupBy(executions, stepOf);
  for (const [step, own] of bySteps) {
    if (onceOnly.test(own[0]!.path) && own.length > 1) messages.push(`${step} is at most once, but ran ${own.length} times`);
    if (new Set(own.map(({ key }) => key)).size > 1) messages.push(`${step} ran under several idempotency keys`);
  }
  for (const [key, own] of Map.groupBy(executions, ({ key }) => key)) {
    if (new Set(own.map(stepOf)).size > 1)
      messages.push(`the key ${key} belongs to several steps: ${[...new Set(own.map(stepOf))].join(', ')}`);
    const applied = own.filter(({ isApplied }) => isApplied).length;
    if (applied > 1) messages.push(`the key ${key} had ${applied} effects`);
  }
  return { looked: bySteps.size, messages };
}

/** What was completed and can be undone was undone, last first, and nothing else. */
function undoneInReverse(executions: readonly Execution[], { instances, steps }: StoredFacts): Finding {
  const ended = new Set(instances.filter(({ status }) => status === 'compensated').map(({ id }) => id));
  const undone = Map.groupBy(
    executions.filter(({ path, end }) => undoing.test(path) && end === 'effect'),
    ({ instance }) => instance,
  );
  const completed = Map.groupBy(
    steps.filter(({ instance, type, hasUndo }) => type === 'stepCompleted' && hasUndo && ended.has(instance)),
    ({ instance }) => instance,
  );
  const messages: string[] = [];
  for (const instance of ended) {
    const expected = (completed.get(instance) ?? []).map(({ path }) => path).reverse();
    const effects = (undone.get(instance) ?? []).filter(({ isApplied }) => isApplied).sort((a, b) => a.beganAtMs - b.beganAtMs);
    const found = effects.map(({ path }) => path.replace(undoing, ''));
    if (found.join() !== expected.join())
      messages.push(`${instance}: expected to be undone ${expected.join(', ')}, but it was ${found.join(', ')}`);
  }
  for (const [instance] of undone) {
    const status = instances.find(({ id }) => id === instance)?.status;
    if (status === 'completed') messages.push(`${instance} has completed, but something of it was undone`);
  }
  return { looked: ended.size, messages };
}

/** Every execution was decided before, and every completion was really done. */
function nothingMadeUp(executions: readonly Execution[], { steps }: StoredFacts): Finding {
  const scheduled = new Set(steps.filter(({ type }) => type === 'stepScheduled').map(attemptOf));
  const phantoms = executions.filter((one) => !scheduled.has(attemptOf(one)));
  const done = new Set(executions.filter(({ end }) => end === 'effect').map(stepOf));
  const wanted = new Set(steps.filter(({ type }) => type === 'stepScheduled').map(stepOf));
  const claimed = steps.filter((one: StoredStep) => one.type === 'stepCompleted' && wanted.has(stepOf(one)));
  const inventions = claimed.filter((one) => !done.has(stepOf(one)));
  return {
    looked: executions.length + claimed.length,
    messages: [
      ...phantoms.map((one) => `${attemptOf(one)} ran, but nobody has decided it`),
      ...inventions.map((one) => `${attemptOf(one)} counts as completed, but it was never done`),
    ],
  };
}
