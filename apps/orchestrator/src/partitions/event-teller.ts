import { Logger } from '@nestjs/common';
import { type InstanceId, isLifecycle } from '#libs/engine';
import type { OutgoingMessage, PublishOutcome } from '#libs/messaging';
import { inlineOrSize, type UnsentRow } from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { lifecycleMessage } from '../dispatch/lifecycle-message.js';
import type { Partition } from './partition.js';
import { UnsentEvents } from './unsent-events.js';

export interface ToldMessage {
  readonly instanceId: InstanceId;
  readonly seq: number;
  readonly message: OutgoingMessage;
}

/** Events on their way at the same time; more are left for later at once, so that a broker that is slow with them costs no memory. */
const underWayAtMost = 5_000;
const againAtOnce = 500;

/**
 * Publishes lifecycle events beside the commands: a subscriber whose queue is slow to confirm holds up no step and no input. What is not
 * confirmed is written down with the next batch and sent again; the feed tells it in any case.
 */
export class EventTeller {
  private readonly logger = new Logger(EventTeller.name);
  private readonly unsent = new UnsentEvents();
  private readonly telling = new Set<Promise<void>>();
  private underWay = 0;
  private isTryingAgain = false;

  constructor(private readonly partition: Partition) {}

  /** Not awaited: the journal says that the batch is sent when these are confirmed or written down. */
  tell(batchNo: number, told: readonly ToldMessage[]): void {
    if (told.length === 0) return;
    if (this.underWay + told.length > underWayAtMost) return this.note(told, 'unconfirmed');
    const { sends } = this.partition;
    sends.begin(batchNo);
    const telling: Promise<void> = this.publish(told).finally(() => {
      crashPoint('lifecycle.sent');
      sends.end(batchNo);
      this.telling.delete(telling);
      this.partition.nudge(); // the journal may be closed now
    });
    this.telling.add(telling);
  }

  /** Everything that is under way has come to its end. */
  async settled(): Promise<void> {
    await Promise.all(this.telling);
  }

  /** Sends again what is due, once a second; reads back what was too much to remember. Never rejects. */
  async tryAgain(): Promise<void> {
    const { services, number } = this.partition;
    if (this.isTryingAgain || services.transport.state !== 'connected') return;
    this.isTryingAgain = true;
    try {
      if (this.unsent.wantsMore) this.unsent.adopt(await this.stored(), performance.now());
      const due = this.unsent.due(performance.now(), againAtOnce);
      if (due.length > 0) await this.publish(await this.written(due));
    } catch (error) {
      this.logger.warn(`events of partition ${number} that were not sent: ${String(error)}`);
    } finally {
      this.isTryingAgain = false;
    }
  }

  /** From the store, at a take-over. */
  async recover(): Promise<void> {
    this.unsent.adopt(await this.stored(), performance.now());
  }

  get hasUnwritten(): boolean {
    return this.unsent.hasUnwritten;
  }

  takeRows(nowMs: number, clockMs: number): ReturnType<UnsentEvents['takeRows']> {
    return this.unsent.takeRows(this.partition.number, nowMs, clockMs);
  }

  private stored(): Promise<UnsentRow[]> {
    return this.partition.services.store.unsentDue(this.partition.number, true, Number.MAX_SAFE_INTEGER, UnsentEvents.remembered);
  }

  private async publish(told: readonly ToldMessage[]): Promise<void> {
    const { transport, incidents } = this.partition.services;
    this.underWay += told.length;
    const outcomes = await transport.publish(told.map(({ message }) => message)).catch((error: unknown): PublishOutcome[] => {
      incidents.unsendable(this.partition.number, error);
      return told.map(() => 'confirmed'); // no retry would make it smaller
    });
    this.underWay -= told.length;
    this.note(told, outcomes);
  }

  /** What was tried for long, while the broker was there, is given up: some queue refuses it. */
  private note(told: readonly ToldMessage[], outcomes: readonly PublishOutcome[] | 'unconfirmed'): void {
    const nowMs = performance.now();
    const refused = told.filter(({ instanceId, seq }, index) => {
      const outcome = outcomes === 'unconfirmed' ? outcomes : outcomes[index];
      if (outcome !== 'unconfirmed') this.unsent.settle(instanceId, seq);
      else return !this.unsent.add(instanceId, seq, nowMs);
      return false;
    });
    const [first] = refused;
    if (first !== undefined) this.partition.services.incidents.untold(refused.length, first.instanceId, first.message.messageId!);
  }

  /** The messages of events that are no more in memory; what is kept no more needs no telling. */
  private async written(due: readonly { instanceId: InstanceId; seq: number }[]): Promise<ToldMessage[]> {
    const found = await this.partition.services.store.told(due);
    const told = found.flatMap(({ instance, event }): ToldMessage[] => {
      if (!isLifecycle(event)) return [];
      const output = event.type === 'instanceCompleted' ? inlineOrSize(event.data.output) : { value: null };
      return [{ instanceId: instance.id as InstanceId, seq: event.seq, message: lifecycleMessage(instance, event, output) }];
    });
    const known = new Set(told.map(({ message }) => message.messageId));
    for (const { instanceId, seq } of due) if (!known.has(`${instanceId}/${seq}`)) this.unsent.settle(instanceId, seq);
    return told;
  }
}
