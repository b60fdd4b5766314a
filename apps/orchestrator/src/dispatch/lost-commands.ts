import { partitionQueue, stepQueue } from '#libs/contracts';
import type { IntakeMark } from '../partitions/intake.js';
import type { WorkerRef } from '#libs/engine';
import { crashPoint } from '#libs/platform';
import type { Partition } from '../partitions/partition.js';
import { laneOf } from './lane-use.js';
import type { SentStep } from './work-index.js';

/** Intervals double at most so often: to about four minutes. */
const doublingsAtMost = 6;

/**
 * Judges the attempts that are out: a claimed one whose worker is gone is lost; an unclaimed command that no live worker holds and that its
 * queue cannot hold either is sent again, at doubling intervals. An outage, a pause or a take-over judges nobody.
 */
export async function judgeLostCommands(partition: Partition): Promise<void> {
  const nowMs = performance.now();
  const ready = await readyInputs(partition, nowMs);
  if (ready === undefined) return;
  const mark = partition.intake.markAfter(ready);
  const suspects = new Map<string, SentStep[]>();
  for (const step of partition.work.sent.values()) {
    if (step.claimant !== undefined || step.isCancelling) judgeHeld(partition, step, nowMs, mark);
    else if (step.isResting === true)
      continue; // it is with us
    else if (step.worker !== undefined) judgeBound(partition, step, step.worker, nowMs, mark);
    else if (isMissing(partition, step, nowMs)) {
      const lane = laneOf(step.queue, step.task);
      suspects.set(lane, [...(suspects.get(lane) ?? []), step]);
    }
  }
  for (const steps of suspects.values()) await judgeLane(partition, steps, nowMs, mark);
}

/** Messages that wait for us in the broker; undefined while nobody may be judged. */
async function readyInputs({ services, ownedSinceMs, intake, number }: Partition, nowMs: number): Promise<number | undefined> {
  const { workers, transport, config } = services;
  if (transport.state !== 'connected' || !intake.isOpen) return undefined;
  // In one process workers end with us: at a start nobody can hold anything from before.
  const settledMs = transport.kind === 'memory' ? workers.twoHeartbeatsMs() / 2 : config.leaseMs;
  if (nowMs - ownedSinceMs < settledMs || workers.listeningForMs(nowMs) < settledMs) return undefined;
  return (await transport.queueDepth(partitionQueue(config.topology, number)))?.ready;
}

/**
 * A suspicion counts only when everything that had been sent to us by then has been taken in: a completion that waits is not lost.
 * @returns for how long the step has been suspect, ms; undefined while its completion may still be on the way in
 */
function suspectForMs({ intake }: Partition, step: SentStep, nowMs: number, mark: IntakeMark): number | undefined {
  if (step.suspectSince === undefined || step.suspectMark?.life !== mark.life) {
    step.suspectSince = nowMs;
    step.suspectMark = mark;
  }
  return intake.hasReached(step.suspectMark) ? nowMs - step.suspectSince : undefined;
}

function judgeHeld(partition: Partition, step: SentStep, nowMs: number, mark: IntakeMark): void {
  const { workers } = partition.services;
  const { instanceId, path, token, claimant } = step;
  if (workers.holderOf(instanceId, token) !== undefined) {
    step.suspectSince = undefined;
    return;
  }
  const suspectMs = suspectForMs(partition, step, nowMs, mark);
  if (suspectMs === undefined) return;
  const isGone = claimant !== undefined && !workers.isAlive(claimant);
  if (!isGone && suspectMs < workers.twoHeartbeatsMs()) return;
  crashPoint('lost.judged');
  partition.push({ kind: 'message', instanceId, message: { type: 'lost', path, token, code: 'WORKER_LOST' } });
}

/**
 * The queue of a worker lives as long as its session, and whatever is in it is taken in at once: a command that its worker does not list, or whose
 * worker is gone, was lost. It is bound anew, to whoever has what it asks for then.
 */
function judgeBound(partition: Partition, step: SentStep, worker: WorkerRef, nowMs: number, mark: IntakeMark): void {
  const { workers, metrics } = partition.services;
  const { instanceId, path, token, delivery } = step;
  const isElsewhere = workers.isPresent(worker) && !isMissing(partition, step, nowMs);
  if (workers.holderOf(instanceId, token) !== undefined || partition.unsent.has(instanceId, token) || isElsewhere) {
    step.suspectSince = undefined;
    return;
  }
  if ((suspectForMs(partition, step, nowMs, mark) ?? 0) < workers.twoHeartbeatsMs() / 2) return;
  metrics.sentAgain();
  crashPoint('lost.judged');
  partition.push({ kind: 'returned', instanceId, path, token, delivery });
}

function isMissing(partition: Partition, step: SentStep, nowMs: number): boolean {
  if (partition.services.workers.holderOf(step.instanceId, step.token) !== undefined) {
    step.suspectSince = undefined;
    return false;
  }
  if (partition.unsent.has(step.instanceId, step.token)) return false; // not sent, as we know
  const { transport, workers } = partition.services;
  const patienceMs = workers.twoHeartbeatsMs() / (transport.kind === 'memory' ? 2 : 1);
  return nowMs - step.sentAt >= patienceMs * 2 ** Math.min(step.delivery - 1, doublingsAtMost);
}

async function judgeLane(partition: Partition, steps: readonly SentStep[], nowMs: number, mark: IntakeMark): Promise<void> {
  const { queue, task } = steps[0]!;
  const { transport, stepQueues, workers } = partition.services;
  const depth = await transport.queueDepth(stepQueue(queue, task));
  if (depth === undefined) stepQueues.suspect(queue, task);
  await stepQueues.ensure(queue, task);
  const current = stepQueues.incarnation(queue, task);
  if (current === undefined) return;
  const isEmpty = depth === undefined || depth.ready === 0;
  for (const step of steps) {
    const isOlderThanInbox = step.sentAt < partition.queueBornMs; // its completion may have gone with our former queue
    if (!isEmpty && step.incarnation === current && !isOlderThanInbox) {
      step.suspectSince = undefined; // it may well be waiting in there
      continue;
    }
    if ((suspectForMs(partition, step, nowMs, mark) ?? 0) < workers.twoHeartbeatsMs() / 2) continue;
    const { instanceId, path, token, delivery } = step;
    partition.services.metrics.sentAgain();
    crashPoint('lost.judged');
    partition.push({ kind: 'returned', instanceId, path, token, delivery });
  }
}
