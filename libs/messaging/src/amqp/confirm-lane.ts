import type { ConfirmChannel, Message } from 'amqplib';
import { closeChannel } from './close-channel.js';
import { type Publication, publishOptions } from './publication.js';

/** Messages on one confirm channel that the broker has not answered yet. */
export class ConfirmLane {
  outstanding = 0;
  outstandingBytes = 0;
  /** Given up by their callers, still unanswered. */
  overdue = 0;
  isWritable = true;
  private lastSequence = 0;
  private readonly returnable = new Map<string, Publication>();

  constructor(
    private readonly channel: ConfirmChannel,
    private readonly isPersistent: boolean,
    private readonly onProgress: () => void,
    private readonly onFault: (error: unknown) => void,
  ) {
    channel.on('return', (message: Message) => this.markReturned(message));
    channel.on('drain', () => {
      this.isWritable = true;
      onProgress();
    });
  }

  send(publication: Publication): void {
    const { message } = publication;
    if (message === undefined) return;
    const bytes = message.content.length;
    const id = message.mandatory === true ? this.remember(publication) : undefined;
    const options = publishOptions(message, this.isPersistent, id);
    const answered = (error: unknown): void => this.answered(publication, bytes, id, error);
    try {
      this.isWritable = this.channel.publish(message.exchange, message.routingKey, message.content, options, answered);
    } catch (error) {
      // what AMQP cannot express, such as a routing key of more than 255 bytes; nothing was written
      if (id !== undefined) this.returnable.delete(id);
      this.onFault(error);
      return publication.settle('unconfirmed');
    }
    publication.isSent = true;
    this.outstanding += 1;
    this.outstandingBytes += bytes;
  }

  /** The answers still expected will not come; amqplib tells each publication so. */
  async close(): Promise<void> {
    await closeChannel(this.channel);
  }

  private remember(publication: Publication): string {
    this.lastSequence += 1;
    const id = String(this.lastSequence);
    this.returnable.set(id, publication);
    return id;
  }

  private markReturned(message: Message): void {
    const publication = this.returnable.get(String(message.properties.appId));
    if (publication !== undefined) publication.isReturned = true;
  }

  private answered(publication: Publication, bytes: number, id: string | undefined, error: unknown): void {
    this.outstanding -= 1;
    this.outstandingBytes -= bytes;
    if (id !== undefined) this.returnable.delete(id);
    if (publication.message === undefined) this.overdue -= 1;
    if (error !== null && error !== undefined) publication.settle('unconfirmed');
    else publication.settle(publication.isReturned ? 'returned' : 'confirmed');
    this.onProgress();
  }
}
