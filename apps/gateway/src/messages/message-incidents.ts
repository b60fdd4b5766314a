import { Injectable, Logger } from '@nestjs/common';
import type { Delivery } from '#libs/messaging';
import { IncidentStore } from '#libs/persistence';
import type { ApiProblem } from '../http/api-problem.js';
import { bodyLimit } from '../http/entry.js';

export interface MessageTrouble {
  /** `unreadable`: nobody can make anything of it. `refusedCommand`, `refusedMessage`: it could be read, and was refused. */
  readonly kind: 'unreadable' | 'refusedCommand' | 'refusedMessage';
  readonly code: string;
  readonly reason: string;
  /** Names the message, so that a repeat of it is no second incident. */
  readonly key?: string | undefined;
  readonly instanceId?: string | undefined;
}

/** Messages that need a person, with all there is to know of them. */
@Injectable()
export class MessageIncidents {
  private readonly logger = new Logger('Messages');

  constructor(private readonly incidents: IncidentStore) {}

  /** Of a message over the limit only its beginning is kept. The log names it; what is in it, and what the reason quotes of it, stays out. */
  async record(delivery: Delivery, { kind, code, reason, key, instanceId }: MessageTrouble): Promise<void> {
    const { queue, exchange, routingKey, messageId, correlationId, replyTo, contentType, content, headers } = delivery;
    const id = await this.incidents.record({
      kind,
      reason: reasonOf({ code, message: reason }),
      raw: content.subarray(0, bodyLimit),
      headers: { ...headers, queue, exchange, routingKey, messageId, correlationId, replyTo, contentType, code },
      ...(key !== undefined && { messageKey: `${kind}:${key}` }),
      ...(instanceId !== undefined && { instanceId }),
    });
    if (id !== undefined)
      this.logger.warn({ msg: 'a message became an incident', kind, code, queue, routingKey, messageId, instanceId });
  }
}

/** Of a problem, in one line. */
export const reasonOf = ({ code, message }: Pick<ApiProblem, 'message'> & { readonly code: string }): string =>
  `${code}: ${message}`.slice(0, 1_000);
