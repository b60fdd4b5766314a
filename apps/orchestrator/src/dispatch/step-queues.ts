import { Inject, Injectable, Logger } from '@nestjs/common';
import { stepQueue } from '#libs/contracts';
import { type PublishOutcome, stepQueueSpec, TRANSPORT, type Transport } from '#libs/messaging';
import { INCARNATION_STORE, type IncarnationStore } from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { laneOf } from './lane-use.js';

const retryAfterMs = 1_000;
/** Sendings in a row that a connected broker did not confirm, after which a queue is held to be stuck. */
const stuckAfter = 2;

interface KnownQueue {
  incarnation: number;
  /** Transport session in which it was seen to exist. */
  session: number;
}

/**
 * Step queues and their incarnations. Only orchestrators declare them, and only after a bump is committed: whoever finds a queue
 * missing knows that all commands of earlier incarnations may be gone.
 */
@Injectable()
export class StepQueues {
  private readonly logger = new Logger(StepQueues.name);
  private readonly known = new Map<string, KnownQueue>();
  private readonly pending = new Map<string, Promise<void>>();
  /** Monotonic ms before which a lane that failed is not tried again. */
  private readonly notBefore = new Map<string, number>();
  private readonly unconfirmed = new Map<string, number>();

  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(INCARNATION_STORE) private readonly incarnations: IncarnationStore,
  ) {}

  /** The incarnation to send under, or undefined while the queue is not known to exist in this session of the broker. */
  incarnation(queue: string, task: string): number | undefined {
    const known = this.known.get(laneOf(queue, task));
    return known?.session === this.transport.session && this.transport.state === 'connected' ? known.incarnation : undefined;
  }

  /** Makes sure the queue exists; concurrent calls share one attempt. Broker trouble leaves it unknown: it is asked again. */
  ensure(queue: string, task: string): Promise<void> {
    const lane = laneOf(queue, task);
    if (this.incarnation(queue, task) !== undefined || performance.now() < (this.notBefore.get(lane) ?? 0))
      return Promise.resolve();
    let pending = this.pending.get(lane);
    if (pending === undefined) {
      pending = this.open(queue, task)
        .then(() => void this.notBefore.delete(lane))
        .catch((error: unknown) => {
          this.notBefore.set(lane, performance.now() + retryAfterMs);
          this.logger.warn(`queue ${lane} could not be declared: ${String(error)}`);
        })
        .finally(() => this.pending.delete(lane));
      this.pending.set(lane, pending);
    }
    return pending;
  }

  /** A command came back or the queue was found missing: forget it, so that the next `ensure` looks again. */
  suspect(queue: string, task: string): void {
    this.known.delete(laneOf(queue, task));
  }

  /**
   * What became of a sending. A returned one finds its queue declared when it is sent again. A queue that takes nothing although the broker
   * is there has lost its leader (RabbitMQ does not mend one declared shortly before a crash): it is made anew, under a new incarnation.
   */
  noteSending(queue: string, task: string, outcome: PublishOutcome): void {
    const lane = laneOf(queue, task);
    if (outcome === 'unconfirmed' && this.transport.state === 'connected') {
      const inARow = (this.unconfirmed.get(lane) ?? 0) + 1;
      this.unconfirmed.set(lane, inARow);
      if (inARow >= stuckAfter) void this.renew(queue, task);
      return;
    }
    this.unconfirmed.delete(lane);
    if (outcome !== 'returned') return;
    this.suspect(queue, task);
    void this.ensure(queue, task);
  }

  private async renew(queue: string, task: string): Promise<void> {
    this.unconfirmed.delete(laneOf(queue, task));
    this.suspect(queue, task);
    this.logger.warn(`queue ${laneOf(queue, task)} takes nothing: it is made anew`);
    await this.transport.deleteQueue(stepQueue(queue, task)).catch(() => undefined); // asked again when it still takes nothing
    await this.ensure(queue, task);
  }

  private async open(queue: string, task: string): Promise<void> {
    if (this.transport.state !== 'connected') return;
    const { session } = this.transport;
    let [incarnation = 1] = await this.incarnations.current([{ queue, task }]);
    if ((await this.transport.queueDepth(stepQueue(queue, task))) === undefined) {
      incarnation = await this.incarnations.bump(queue, task, incarnation);
      crashPoint('step-queue.bumped');
    }
    await this.transport.declareQueue(stepQueueSpec(queue, task)); // one that is there may have lost its binding
    crashPoint('step-queue.declared');
    this.known.set(laneOf(queue, task), { incarnation, session });
  }
}
