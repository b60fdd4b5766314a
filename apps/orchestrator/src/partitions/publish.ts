import type { PublishOutcome } from '#libs/messaging';
import type { CommandEnvelope } from '../dispatch/envelopes.js';
import type { Outgoing } from '../dispatch/outgoing.js';
import type { InstanceId } from '#libs/engine';
import { crashPoint } from '#libs/platform';
import type { Partition } from './partition.js';

/**
 * Sends what a batch decided. A command that comes back or is not confirmed is noted as unsent: it holds up neither the journal nor any input.
 * Never rejects.
 */
export async function publish(partition: Partition, { commands, others, unsendable }: Outgoing): Promise<void> {
  partition.refuse(unsendable);
  const { transport, stepQueues, workers, metrics, incidents } = partition.services;
  if (commands.length + others.length === 0) return;
  const messages = [...commands.map((envelope) => envelope.message), ...others];
  const outcomes = await transport.publish(messages).catch((error: unknown): PublishOutcome[] => {
    incidents.unsendable(partition.number, error); // not the broker's trouble, which is an outcome
    return messages.map(() => 'unconfirmed');
  });
  const nowMs = performance.now();
  commands.forEach((envelope, index) => {
    const isSent = outcomes[index] === 'confirmed';
    metrics.published(envelope.commands.length, isSent);
    if (envelope.worker === undefined) stepQueues.noteSending(envelope.queue, envelope.task, outcomes[index] ?? 'unconfirmed');
    else if (outcomes[index] === 'returned') {
      workers.foundMissing(envelope.worker);
      return bindElsewhere(partition, envelope.commands);
    }
    for (const { instanceId, token } of envelope.commands) {
      if (!isSent) partition.unsent.add(instanceId as InstanceId, token, nowMs);
      else if (partition.unsent.settle(instanceId as InstanceId, token)) crashPoint('unsent.repeated');
    }
    if (!isSent) crashPoint('unsent.noted');
  });
}

/** The worker they were bound to has no queue: they were not sent, and look for another. */
export function bindElsewhere(partition: Partition, commands: CommandEnvelope['commands']): void {
  for (const { instanceId, path, token, delivery } of commands) {
    partition.unsent.settle(instanceId as InstanceId, token);
    partition.push({ kind: 'returned', instanceId: instanceId as InstanceId, path, token, delivery });
  }
}
