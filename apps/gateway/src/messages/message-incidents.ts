import { Inject, Injectable, Logger } from '@nestjs/common';
import { type BuriedIncident, incidentHeader } from '#libs/contracts';
import { deadLetterOf, type Delivery, type Transport, TRANSPORT } from '#libs/messaging';
import { IncidentStore } from '#libs/persistence';
import type { ApiProblem } from '../http/api-problem.js';
import { bodyLimit } from '../http/entry.js';
import { IncidentMetrics } from '../incidents/incident-metrics.js';

export interface MessageTrouble {
  /**
   * `unreadable`: nobody can make anything of it. `refusedCommand`, `refusedMessage`: it could be read, and was refused. `failing…`: we
   * failed at it, again and again.
   */
  readonly kind: 'unreadable' | 'refusedCommand' | 'refusedMessage' | 'failingCommand' | 'failingMessage';
  readonly code: string;
  readonly reason: string;
  /** Names the message, so that a repeat of it is no second incident. */
  readonly key?: string | undefined;
  readonly instanceId?: string | undefined;
  /** Of the step it is about. */
  readonly path?: string | undefined;
  /** That it was to start. */
  readonly definition?: string | undefined;
  /** That it came to. */
  readonly trigger?: string | undefined;
  /** What was thrown. */
  readonly error?: unknown;
}

/** Messages that need a person, with all there is to know of them. */
@Injectable()
export class MessageIncidents {
  private readonly logger = new Logger('Messages');

  constructor(
    private readonly incidents: IncidentStore,
    private readonly metrics: IncidentMetrics,
    @Inject(TRANSPORT) private readonly transport: Transport,
  ) {}

  /**
   * Of a message over the limit only its beginning is kept. The log names it; what is in it, and what the reason quotes of it, stays out.
   * Of too many alike only the number is written: then the message becomes a dead letter.
   * @returns id of its incident, if it has one of its own
   * @throws when it is kept nowhere
   */
  async record(delivery: Delivery, trouble: MessageTrouble): Promise<string | undefined> {
    const { kind, code, reason, key, instanceId, path, definition, trigger, error } = trouble;
    const { queue, exchange, routingKey, messageId, correlationId, replyTo, contentType, content, headers } = delivery;
    const id = await this.incidents.record({
      kind,
      code,
      reason: reasonOf({ code, message: reason }),
      raw: content.subarray(0, bodyLimit),
      headers: { ...headers, queue, exchange, routingKey, messageId, correlationId, replyTo, contentType, trigger, code },
      ...(key !== undefined && { messageKey: `${kind}:${key}` }),
      ...(instanceId !== undefined && { instanceId }),
      ...(path !== undefined && { path }),
      ...(definition !== undefined && { definition }),
      ...(error !== undefined && { error: errorText(error) }),
    });
    this.metrics.note(kind);
    if (id !== undefined)
      this.logger.warn({ msg: 'a message became an incident', kind, code, queue, routingKey, messageId, instanceId });
    else if (kind !== 'unreadable') await this.bury(delivery, trouble); // those become dead letters anyway
    return id;
  }

  /**
   * Resolves when the broker has it among the dead letters, of which an orchestrator makes the incidents that were not written.
   * @param id of the incident it has already
   * @throws when the broker may not have it
   */
  async bury(delivery: Delivery, trouble: MessageTrouble, id?: string): Promise<void> {
    const { kind, code, key, trigger, instanceId, path, definition } = trouble;
    const reason = reasonOf({ code, message: trouble.reason });
    const known: BuriedIncident = { id, kind, code, key, trigger, instanceId, path, definition };
    const letter = deadLetterOf(delivery);
    const headers = { ...letter.headers, [incidentHeader]: JSON.stringify(known), reason };
    const [outcome] = await this.transport.publish([{ ...letter, headers }]);
    if (outcome !== 'confirmed') throw new Error(`expected the broker to keep a dead letter, but it was ${outcome}`);
  }
}

/** Of a problem, in one line. */
export const reasonOf = ({ code, message }: Pick<ApiProblem, 'message'> & { readonly code: string }): string =>
  `${code}: ${message}`.slice(0, 1_000);

const errorText = (error: unknown): string =>
  (error instanceof Error ? (error.stack ?? String(error)) : String(error)).slice(0, 8_000);
