import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { triggerQueue } from '#libs/contracts';
import { type Transport, TRANSPORT } from '#libs/messaging';
import { type TriggerBinding, TriggerBindings, TriggerMarks, TriggerStore } from '#libs/persistence';
import { crashPoint, ROOT_LOGGER, type RootLogger } from '#libs/platform';
import { MessageIncidents } from '../messages/message-incidents.js';
import { TriggerNotes } from '../triggers/trigger-notes.js';
import { MessageReceiver, type MessageRow } from './message-receiver.js';
import { MessageSource, type SourceServices } from './message-source.js';
import { planSources } from './plan-sources.js';

/** How soon a change of a trigger is followed, ms. */
const lookEveryMs = 1_000;
/** Looks after which all is compared though nothing was changed: another gateway may have been slow to follow. */
const looksBetweenChecks = 30;

/** Consumes what message triggers ask for, in every gateway, and follows their changes. */
@Injectable()
export class MessageTriggers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sources = new Map<string, MessageSource>();
  private readonly services: SourceServices;
  /** Of the triggers that are followed; undefined: something was left undone. */
  private digest: string | undefined;
  private readonly told = new Map<string, string>();
  private looks = 0;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly store: TriggerStore,
    private readonly bindings: TriggerBindings,
    private readonly marks: TriggerMarks,
    receiver: MessageReceiver,
    incidents: MessageIncidents,
    notes: TriggerNotes,
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
  ) {
    const onTrouble = (row: MessageRow, why: string | null): void => this.trouble(row, why);
    this.services = { transport, receiver, bindings, incidents, notes, logger, onTrouble };
  }

  onApplicationBootstrap(): void {
    this.look();
    this.timer = setInterval(() => this.look(), lookEveryMs);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
    await Promise.all([...this.sources.values()].map((source) => source.close()));
  }

  private look(): void {
    this.looking ??= this.follow()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'the message triggers could not be followed; trying again'))
      .finally(() => (this.looking = undefined));
  }

  private async follow(): Promise<void> {
    const digest = await this.store.digest('message');
    this.looks = (this.looks + 1) % looksBetweenChecks;
    if (digest === this.digest && this.looks !== 0) return;
    this.digest = undefined;
    const [rows, bindings] = [await this.store.byKind('message'), await this.bindings.all()];
    const revisions = new Map([...this.sources].map(([name, { row }]) => [name, row.revision]));
    const plan = planSources(rows, revisions, bindings);
    await Promise.all(plan.close.map((name) => this.close(name)));
    for (const row of plan.open) this.sources.set(row.name, new MessageSource(row as MessageRow, this.services));
    // Without a broker it is done when there is one.
    if (plan.unbind.length + plan.drop.length > 0 && this.transport.state !== 'connected') return;
    for (const binding of plan.unbind) await this.unbind(binding);
    for (const binding of plan.drop) await this.drop(binding);
    this.digest = digest;
  }

  private async close(name: string): Promise<void> {
    const source = this.sources.get(name);
    this.sources.delete(name);
    this.told.delete(name);
    await source?.close();
  }

  private async unbind(binding: TriggerBinding): Promise<void> {
    await this.transport.unbindQueue(triggerQueue(binding.trigger), binding.exchange, binding.routingKey);
    crashPoint('binding.taken');
    await this.bindings.remove(binding);
  }

  private async drop(binding: TriggerBinding): Promise<void> {
    await this.transport.deleteQueue(triggerQueue(binding.trigger));
    crashPoint('binding.taken');
    await this.bindings.remove(binding);
  }

  /** It is logged when it is another trouble than before: the next try is five seconds away. */
  private trouble({ name, revision }: MessageRow, why: string | null): void {
    if (why !== null && why !== this.told.get(name))
      this.logger.warn({ trigger: name, why }, 'the messages of a trigger cannot be consumed; trying again');
    if (why === null) this.told.delete(name);
    else this.told.set(name, why);
    void this.marks.trouble(name, revision, why?.slice(0, 500) ?? null).catch(() => undefined);
  }
}
