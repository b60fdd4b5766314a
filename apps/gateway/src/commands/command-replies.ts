import { Inject, Injectable } from '@nestjs/common';
import { type Delivery, type OutgoingMessage, type Transport, TRANSPORT } from '#libs/messaging';
import { ROOT_LOGGER, type RootLogger } from '#libs/platform';
import { type CloudEvent, toHeaders } from '../messages/cloud-event.js';
import type { CommandAnswer } from './command-handler.js';

/** Answers to commands, to the queue their sender has named. */
@Injectable()
export class CommandReplies {
  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
  ) {}

  /**
   * @param event the CloudEvent the command came as: its answer is one, too
   * @returns false when the broker may not have it
   */
  async send(delivery: Delivery, answer: CommandAnswer, event: CloudEvent | undefined): Promise<boolean> {
    const { replyTo, messageId = event?.attributes.id.slice(0, maxProperty), correlationId = messageId } = delivery;
    if (replyTo === undefined || replyTo === '') return true;
    if (replyTo.startsWith('orquestra.')) {
      // A reply is content a stranger has a say in: it must not land where our own messages are read.
      this.logger.warn(
        { replyTo: replyTo.slice(0, 100) },
        'a command asked for its reply to be sent to a queue of the platform; not sent',
      );
      return true;
    }
    return this.publish({
      exchange: '',
      routingKey: replyTo,
      content: Buffer.from(answer.body),
      type: answer.type,
      ...(correlationId !== undefined && { correlationId }),
      ...(event && { headers: toHeaders(attributesOf(answer, event), event.prefix) }),
    });
  }

  /** A message nobody takes (a reply queue that is gone) counts as told. @returns false when the broker may not have it */
  private async publish(message: OutgoingMessage): Promise<boolean> {
    const [outcome] = await this.transport.publish([message]).catch(() => ['unconfirmed' as const]);
    return outcome !== 'unconfirmed';
  }
}

/** Characters of an id that surely fit into the 255 bytes of a property. */
const maxProperty = 60;

const attributesOf = ({ type }: CommandAnswer, { attributes }: CloudEvent): Record<string, string> => ({
  specversion: '1.0',
  id: `${attributes.id}/${type}`,
  type: `dev.orquestrax.${type}.v1`,
  source: '/orquestrax',
});
