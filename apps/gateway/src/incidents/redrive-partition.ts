import { Inject, Injectable } from '@nestjs/common';
import {
  bucketOf,
  defaultTenant,
  exchanges,
  type PartitionEnvelope,
  partitionEnvelopeSchema,
  type PartitionItem,
  partitionItemSchema,
  partitionKey,
  partitionOf,
  redriveHeader,
} from '#libs/contracts';
import { decodeEnvelope, encodeEnvelope, type OutgoingMessage, type Transport, TRANSPORT } from '#libs/messaging';
import { CONFIG, type Config } from '#libs/platform';
import { ApiProblem, fault } from '../http/api-problem.js';
import type { Redrive, Redriven } from './redrive.js';
import { storedMessage } from './stored-message.js';

/**
 * What workers say to the owner of an instance, said again. Each item carries the token of its attempt, so an owner that takes it in twice
 * rejects it the second time; and it moves message and step together, in the batch it is decided in.
 */
@Injectable()
export class RedrivePartition {
  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(CONFIG) private readonly config: Pick<Config, 'partitions'>,
  ) {}

  /** @throws ApiProblem REQUEST_INVALID */
  check(redrive: Redrive): void {
    itemsOf(redrive);
  }

  /** @throws ApiProblem REQUEST_INVALID: it still cannot be read; OVERLOADED: the broker does not take it now */
  async run(redrive: Redrive): Promise<Redriven> {
    const items = itemsOf(redrive);
    await this.send(redrive, items);
    const [{ instanceId }] = items as [PartitionItem];
    return { message: `sent to the owner of ${instanceId} again`, instance: instanceId };
  }

  /** An instance that could not be brought to life is looked at again. */
  async look(redrive: Redrive): Promise<Redriven> {
    const instanceId = redrive.incident.instanceId!;
    await this.send(redrive, [{ kind: 'hint', instanceId }]);
    return { message: `the owner of ${instanceId} looks at it again`, instance: instanceId };
  }

  private async send({ incident }: Redrive, items: readonly PartitionItem[]): Promise<void> {
    const byPartition = Map.groupBy(items, ({ instanceId }) => partitionOf(bucketOf(instanceId), this.config.partitions));
    const messages = [...byPartition].map(([partition, own]): OutgoingMessage => {
      const envelope: PartitionEnvelope = { v: 1, tenant: defaultTenant, kind: 'partition', items: own };
      return {
        ...{ exchange: exchanges.partitions, routingKey: partitionKey(partition), content: encodeEnvelope(envelope) },
        ...{ mandatory: true, headers: { [redriveHeader]: incident.id } },
      };
    });
    const outcomes = await this.transport.publish(messages);
    if (outcomes.every((outcome) => outcome === 'confirmed')) return;
    throw new ApiProblem('OVERLOADED', 'expected the broker to take the message, but it does not; try again');
  }
}

/** A whole message, or one item of one. @throws ApiProblem REQUEST_INVALID */
function itemsOf({ incident, wish }: Redrive): readonly PartitionItem[] {
  const { content } = storedMessage(incident, wish.edit);
  const whole = decodeEnvelope(content, partitionEnvelopeSchema);
  const items = whole.ok ? whole.value.items : undefined;
  const one = items === undefined ? decodeEnvelope(content, partitionItemSchema) : undefined;
  if (one?.ok === false) {
    // What looks like a whole message is told as one.
    const reason = whole.ok || !content.includes('"items"') ? one.reason : whole.reason;
    const [path = ''] = reason.split(':');
    const at = /^[\w.]+$/.test(path) ? `/${path.replaceAll('.', '/')}` : '';
    throw new ApiProblem('REQUEST_INVALID', `expected what a worker says to an owner, but ${reason}`, {
      errors: [fault('REQUEST_INVALID', at, reason, 'redrive it with an edit')],
    });
  }
  const found = items ?? (one?.ok ? [one.value] : []);
  const { instanceId } = incident;
  const stray = found.findIndex((item) => instanceId !== null && item.instanceId !== instanceId);
  if (stray === -1) return found;
  const words = `expected only what is for ${instanceId}, but there is something for ${found[stray]!.instanceId}`;
  throw new ApiProblem('REQUEST_INVALID', words, { errors: [fault('REQUEST_INVALID', '/instanceId', words)] });
}
