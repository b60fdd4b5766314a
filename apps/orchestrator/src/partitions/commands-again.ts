import { boundEnvelope, packCommands, type CommandEnvelope } from '../dispatch/envelopes.js';
import { writeCommand } from '../dispatch/outgoing.js';
import { stepKeyOf } from '../dispatch/work-index.js';
import type { Partition } from './partition.js';
import type { UnsentCommand } from './unsent-commands.js';

/** Commands of unsent attempts that are still open, one message each; the others are done with. */
export function stepCommandsOf(partition: Partition, unsent: readonly UnsentCommand[]): CommandEnvelope[] {
  const { work, cache, services } = partition;
  const envelopes: CommandEnvelope[] = [];
  for (const command of unsent) {
    const { instanceId, token } = command;
    const sent = work.sent.get(stepKeyOf(instanceId, token));
    const instance = cache.get(instanceId);
    if (sent === undefined || instance === undefined || sent.claimant !== undefined || sent.isCancelling === true) {
      partition.unsent.settle(instanceId, token);
      continue;
    }
    const { worker, path, delivery } = sent;
    if (sent.isResting === true || (worker !== undefined && !services.workers.isPresent(worker))) {
      partition.unsent.settle(instanceId, token);
      partition.push({ kind: 'returned', instanceId, path, token, delivery }); // its worker is gone, another may be there
      continue;
    }
    command.retryAtMs = Infinity; // until its outcome is known
    if (worker === undefined) void services.stepQueues.ensure(sent.queue, sent.task);
    const written = writeCommand(instance, sent.path, partition.number);
    if ('reason' in written) partition.refuse([{ instanceId, path: sent.path, token, reason: written.reason }]);
    else if (worker !== undefined) envelopes.push(boundEnvelope(worker, written));
    else envelopes.push(...packCommands(sent.queue, sent.task, [written], 1));
  }
  return envelopes;
}
