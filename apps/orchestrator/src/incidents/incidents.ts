import { Injectable, Logger } from '@nestjs/common';
import type { Failure, InstanceId } from '#libs/engine';
import { type Delivery, maxMessageBytes } from '#libs/messaging';
import {
  DataFault,
  IncidentActs,
  IncidentQueries,
  IncidentStore,
  type NewIncident,
  type Operator,
  type RetriedSteps,
  SpoiltRow,
} from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { OrchestratorMetrics } from '../metrics/orchestrator-metrics.js';
import type { Input } from '../partitions/inputs.js';
import { bareIncidentOf, incidentOf, messageKeyOf, whatIsNamedIn, writtenOf } from './dead-letter.js';
import { itemOf, nameOf, pathOf } from './input-item.js';

const stackChars = 8_000;

/** Why a message cannot be read; `content`: an item of it. */
export interface Unreadable {
  readonly code: string;
  readonly reason: string;
  readonly content?: Buffer;
}

/** `counted`: it was one too many of its sort; undefined: it could not be written. */
export type Kept = 'written' | 'counted' | undefined;

const upperSnake = (code: string): string => code.replace(/[A-Z]/g, '_$&').toUpperCase();
const stackOf = (error: unknown): string =>
  (error instanceof Error ? (error.stack ?? String(error)) : String(error)).slice(0, stackChars);

/** What needs a person: never silently dropped, never in the way of others. */
@Injectable()
export class Incidents {
  private readonly logger = new Logger(Incidents.name);

  constructor(
    private readonly store: IncidentStore,
    private readonly metrics: OrchestratorMetrics,
    private readonly acts: IncidentActs,
    private readonly queries: IncidentQueries,
  ) {}

  /**
   * A message that does not parse, or one item of it, as a whole. While the database is away it goes back to the queue.
   * @returns `counted`: there were too many, and it has to become a dead letter
   */
  unreadable(delivery: Delivery, { code, reason, content = delivery.content }: Unreadable): Promise<Kept> {
    const { queue, exchange, routingKey, messageId, contentType, headers } = delivery;
    return this.keep({
      kind: 'unreadable',
      code: upperSnake(code),
      reason,
      raw: content.subarray(0, maxMessageBytes),
      headers: { ...headers, queue, exchange, routingKey, messageId, contentType },
      messageKey: messageKeyOf('unreadable', queue, content),
      reopens: true,
      ...whatIsNamedIn(content),
    });
  }

  /** A dead letter nobody has written down yet. @throws while the database is away */
  async deadLetter(delivery: Delivery): Promise<void> {
    const written = writtenOf(delivery);
    if (written !== undefined && (await this.isThere(written))) return;
    const incident = incidentOf(delivery);
    this.metrics.incident(incident.kind);
    try {
      await this.store.recordLate(incident);
    } catch (error) {
      if (!(error instanceof DataFault)) throw error;
      await this.store.recordLate(bareIncidentOf(delivery, error));
    }
  }

  /** Also one that was spoilt is there. */
  private async isThere(id: string): Promise<boolean> {
    try {
      return (await this.queries.get(id)) !== undefined;
    } catch (error) {
      if (error instanceof SpoiltRow) return true;
      throw error;
    }
  }

  /** Deciding threw: a bug of ours. The input is put aside with its error. @returns whether that is written down */
  undecidable(input: Input, error: unknown): Promise<boolean> {
    return this.putAside('undecidable', 'DECIDING_FAILED', input, error);
  }

  /** The database refused what was decided on this input. @returns whether that is written down */
  refused(input: Input, error: unknown): Promise<boolean> {
    return this.putAside('refused', 'DATA_REFUSED', input, error);
  }

  private putAside(kind: string, code: string, input: Input, error: unknown): Promise<boolean> {
    const { instanceId } = input;
    const path = pathOf(input);
    return this.record({
      ...{ kind, code, instanceId, reason: String(error), error: stackOf(error), raw: JSON.stringify(itemOf(input)) },
      ...{ messageKey: `${kind}:${nameOf(input)}`, reopens: true },
      ...(path !== undefined && { path }),
    });
  }

  /** Messages the transport would not even take: a bug of ours. */
  unsendable(partition: number, error: unknown): void {
    void this.record({
      kind: 'unsendable',
      code: 'PUBLISH_FAILED',
      error: stackOf(error),
      reason: `partition ${partition}: ${String(error)}`,
    });
  }

  /**
   * A step that must not run twice, or that crashes its workers, was lost: only a person can say what it has done.
   * @param seq of the event that says so
   * @returns whether that is written down
   */
  lostStep(
    instanceId: InstanceId,
    path: string,
    { code, message }: Pick<Failure, 'code' | 'message'>,
    seq: number,
  ): Promise<boolean> {
    return this.record({
      kind: 'lostStep',
      code,
      reason: message,
      instanceId,
      path,
      messageKey: `lostStep:${instanceId}:${seq}`,
    });
  }

  /**
   * Somebody has had lost steps tried again, or passed over: that was the decision they waited for. Rows that cannot be read stay open, and no
   * owner waits for them.
   * @returns whether it is written down
   */
  async settleLost(retried: RetriedSteps, by: Operator): Promise<boolean> {
    try {
      await this.acts.settleLost(retried, by);
      return true;
    } catch (error) {
      this.logger.error({ msg: 'incidents of lost steps could not be closed', error: String(error) });
      return error instanceof DataFault;
    }
  }

  /** An instance whose definition cannot be run. */
  broken(instanceId: InstanceId, error: unknown): void {
    const code = 'INSTANCE_BROKEN';
    const messageKey = `broken:${instanceId}`;
    void this.record({
      kind: 'broken',
      code,
      reason: String(error),
      error: stackOf(error),
      instanceId,
      messageKey,
      reopens: true,
    });
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

  private async record(incident: NewIncident): Promise<boolean> {
    return (await this.keep(incident)) !== undefined;
  }

  private async keep(incident: NewIncident): Promise<Kept> {
    this.metrics.incident(incident.kind);
    const { kind, code, instanceId, path } = incident; // what others wrote may be secret: it stays in the database
    this.logger.error({ msg: incident.reason, kind, code, instanceId, path });
    try {
      const id = await this.store.record(incident);
      crashPoint('incident.recorded');
      return id === undefined ? 'counted' : 'written';
    } catch (error) {
      this.logger.error({ msg: 'incident could not be stored', error: String(error) });
      return undefined;
    }
  }
}
