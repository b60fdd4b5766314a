import { randomBytes } from 'node:crypto';
import { type Delivery, type QueueSpec, type Transport, triggerQueueSpec } from '#libs/messaging';
import { type TriggerBindings } from '#libs/persistence';
import { crashPoint, type RootLogger, traceIdOf } from '#libs/platform';
import { classifyError } from '../http/classify-error.js';
import { BrokerListener } from '../live/broker-listener.js';
import type { MessageIncidents } from '../messages/message-incidents.js';
import { pause } from '../messages/pause.js';
import { isOurFault, Tries } from '../messages/tries.js';
import type { TriggerNotes } from '../triggers/trigger-notes.js';
import { incidentKeyOf, type MessageReceiver, type MessageRow } from './message-receiver.js';
import { bindingOf } from './plan-sources.js';

const prefetch = 20;
/** Before a message goes back to its queue because something is away, ms: it would come again at once. */
const againMs = 1_000;
/** Between two tries to consume what is not there, ms. */
const reopenMs = 5_000;

export interface SourceServices {
  readonly transport: Transport;
  readonly receiver: MessageReceiver;
  readonly bindings: TriggerBindings;
  readonly incidents: MessageIncidents;
  readonly notes: TriggerNotes;
  readonly logger: RootLogger;
  /** Why nothing can be consumed now; null: something is. */
  readonly onTrouble: (row: MessageRow, why: string | null) => void;
}

/** The messages of one trigger, as it was at one revision. */
export class MessageSource {
  private readonly listener: BrokerListener;
  private readonly inFlight = new Set<Promise<void>>();
  private readonly closing = new AbortController();
  private readonly tries = new Tries();

  constructor(
    readonly row: MessageRow,
    private readonly services: SourceServices,
  ) {
    this.listener = new BrokerListener(services.transport, specOf(row), {
      prefetch,
      reopenMs,
      prepare: () => this.prepare(),
      onOpen: () => services.onTrouble(row, null),
      onTrouble: (error) => services.onTrouble(row, (error as Error).message),
      onDelivery: (delivery) => {
        const work = this.consume(delivery).finally(() => this.inFlight.delete(work));
        this.inFlight.add(work);
      },
    });
    this.listener.open();
  }

  /** Resolves when everything in hand is done or given back. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.listener.cancel();
    await Promise.allSettled(this.inFlight);
    await this.listener.close();
  }

  /** A queue of others has to be there; one of ours is bound, after it was written down that it is. */
  private async prepare(): Promise<void> {
    const { transport, bindings } = this.services;
    const binding = bindingOf(this.row);
    if (binding === undefined) return;
    await transport.declareExchanges();
    if (!(await transport.hasExchange(binding.exchange)))
      throw new Error(`expected exchange ${binding.exchange} to exist, but the broker does not know it`);
    if (this.closing.signal.aborted) return;
    await bindings.add(binding);
    crashPoint('binding.written');
    await transport.declareQueue(specOf(this.row));
  }

  private async consume(delivery: Delivery): Promise<void> {
    const { receiver, notes, logger } = this.services;
    const { row } = this;
    try {
      const received = await receiver.receive(row, delivery, traceOf(delivery));
      crashPoint('message.done');
      const { outcome } = received;
      if (outcome !== 'passedBy') notes.ran(row.name, { outcome, instance: received.instance ?? null });
      delivery.settle('ack');
    } catch (error) {
      const { status, code, message, cause } = classifyError(error);
      if (status >= 500) logger.error({ err: cause ?? error, trigger: row.name }, 'a message could not be handled; it goes back');
      const isGivenUp = isOurFault(code) && this.tries.isLast(incidentKeyOf(row, delivery));
      const isPassing = !isGivenUp && (status >= 500 || code === 'IDEMPOTENCY_KEY_IN_USE');
      if (isPassing || !(await this.refused(delivery, code, message, isGivenUp ? (cause ?? error) : undefined)))
        return this.again(delivery);
      delivery.settle('ack');
    }
  }

  /**
   * @param failure what was thrown, when it is us who failed
   * @returns whether a person will find it
   */
  private async refused(delivery: Delivery, code: string, message: string, failure: unknown): Promise<boolean> {
    const { incidents, notes, logger } = this.services;
    const { row } = this;
    const reason = `trigger ${row.name}: ${message}`;
    try {
      const { definition } = row.spec;
      await incidents.record(delivery, {
        kind: failure === undefined ? 'refusedMessage' : 'failingMessage',
        ...{ code, reason, key: incidentKeyOf(row, delivery), trigger: row.name, error: failure },
        ...(typeof definition === 'string' && { definition }),
      });
      notes.ran(row.name, { outcome: 'refused', instance: null });
      return true;
    } catch (error) {
      logger.error({ err: error, trigger: row.name }, 'the incident of a message could not be stored; it goes back to its queue');
      return false;
    }
  }

  private async again(delivery: Delivery): Promise<void> {
    await pause(againMs, this.closing.signal);
    delivery.settle('requeue');
  }
}

const specOf = (row: MessageRow): QueueSpec => {
  const binding = bindingOf(row);
  return binding === undefined
    ? { name: String(row.spec['queue']), life: 'shared', bindings: [] }
    : triggerQueueSpec(row.name, binding);
};

const traceOf = ({ headers }: Delivery): string => traceIdOf(headers['traceparent']) ?? randomBytes(16).toString('hex');
