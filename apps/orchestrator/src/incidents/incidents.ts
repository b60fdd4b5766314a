import { Injectable, Logger } from '@nestjs/common';
import type { InstanceId } from '#libs/engine';
import type { Delivery } from '#libs/messaging';
import { IncidentStore } from '#libs/persistence';
import { OrchestratorMetrics } from '../metrics/orchestrator-metrics.js';
import type { Input } from '../partitions/inputs.js';

const requeueAfterMs = 1_000;

/** What needs a person: never silently dropped, never in the way of others. */
@Injectable()
export class Incidents {
  private readonly logger = new Logger(Incidents.name);

  constructor(
    private readonly store: IncidentStore,
    private readonly metrics: OrchestratorMetrics,
  ) {}

  /** A message that does not parse: written down, then to the dead letters. While the database is away it goes back to the queue. */
  unreadable(delivery: Delivery, reason: string): void {
    void this.record({
      kind: 'unreadable',
      reason,
      raw: delivery.content.toString('utf8').slice(0, 64 * 1024),
      headers: { ...delivery.headers },
    }).then((isWritten) => {
      if (isWritten) delivery.settle('deadLetter');
      else setTimeout(() => delivery.settle('requeue'), requeueAfterMs).unref(); // at once, it would come back a thousand times a second
    });
  }

  /** Deciding threw: a bug of ours. The input is put aside with its error. */
  undecidable(input: Input, error: unknown): void {
    void this.record({ kind: 'undecidable', reason: String(error), raw: JSON.stringify(input), instanceId: input.instanceId });
  }

  /** The database refused what was decided on this input. @returns whether that is written down */
  refused(input: Input, error: unknown): Promise<boolean> {
    return this.record({ kind: 'refused', reason: String(error), raw: JSON.stringify(input), instanceId: input.instanceId });
  }

  /** Messages the transport would not even take: a bug of ours. */
  unsendable(partition: number, error: unknown): void {
    void this.record({ kind: 'unsendable', reason: `partition ${partition}: ${String(error)}` });
  }

  /** A step that must not run twice, or that crashes its workers, was lost: only a person can say what it has done. */
  lostStep(instanceId: InstanceId, path: string, reason: string): void {
    void this.record({ kind: 'lostStep', reason, instanceId, path });
  }

  /** An instance whose definition cannot be run. */
  broken(instanceId: InstanceId, error: unknown): void {
    void this.record({ kind: 'broken', reason: String(error), instanceId });
  }

  /** Lifecycle events that some queue of a subscriber refuses for minutes. */
  untold(count: number, instanceId: InstanceId, first: string): void {
    const reason = `${count} lifecycle events were not confirmed and are given up, the first is ${first}: does a subscriber's queue refuse them? The feed tells them`;
    void this.record({ kind: 'untold', reason, instanceId });
  }

  /** Nothing goes to its receiver any more until somebody enables it again. */
  webhookDisabled(name: string, note: string): void {
    void this.record({ kind: 'webhookDisabled', reason: `webhook ${name}: ${note}` });
  }

  /** Events were swept before they could become deliveries. */
  webhookMissed(name: string, what: string): void {
    void this.record({ kind: 'webhookMissed', reason: `webhook ${name}: ${what}` });
  }

  private async record(incident: {
    kind: string;
    reason: string;
    raw?: string;
    headers?: Record<string, unknown>;
    instanceId?: InstanceId;
    path?: string;
  }): Promise<boolean> {
    this.metrics.incident(incident.kind);
    const { raw: _content, headers: _headers, ...facts } = incident; // what others wrote may be secret: it stays in the database
    this.logger.error({ msg: incident.reason, ...facts });
    try {
      await this.store.record(incident);
      return true;
    } catch (error) {
      this.logger.error({ msg: 'incident could not be stored', error: String(error) });
      return false;
    }
  }
}
