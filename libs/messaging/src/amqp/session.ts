import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import type { OutgoingMessage, PublishOutcome } from '../transport.js';
import { Administration } from './administration.js';
import type { AmqpSettings } from './amqp-options.js';
import { closeLink, dropLink, openLink } from './link.js';
import { Publishers } from './publishers.js';
import { answerMs, careAnswerMs, within } from './within.js';

export interface SessionHooks {
  readonly onEnd: (session: Session, reason: Error | undefined) => void;
  readonly onBlocked: (session: Session, isBlocked: boolean) => void;
  readonly onRefused: (session: Session, error: unknown) => Promise<void>;
}

/**
 * Two connections that live and die together: one publishes, one consumes and asks, so that a broker which blocks publishers still
 * gets acknowledgements. Everything made of them ends with them; a reconnect is a new session.
 */
export class Session {
  readonly administration: Administration;
  /** For care that can be left to the next time: nobody who waits for something has to wait for it, too. */
  readonly careLine: Administration;
  private readonly publishers: Publishers;
  private isEnded = false;

  private constructor(
    private readonly consuming: ChannelModel,
    private readonly publishing: ChannelModel,
    settings: AmqpSettings,
    private readonly hooks: SessionHooks,
  ) {
    const kind = settings.profile === 'durable' ? 'quorum' : 'classic';
    this.administration = new Administration(() => this.openChannel(), kind);
    this.careLine = new Administration(() => this.openChannel(), kind, careAnswerMs);
    this.publishers = new Publishers(settings, {
      openChannel: (): Promise<ConfirmChannel> => publishing.createConfirmChannel({ highWaterMark: 8_192 }),
      onRefused: (error: unknown): Promise<void> => hooks.onRefused(this, error),
      onDead: (error: Error): void => this.end(error),
    });
    for (const link of [consuming, publishing]) link.on('close', (error?: Error) => this.end(error));
    publishing.on('blocked', () => this.block(true));
    publishing.on('unblocked', () => this.block(false));
  }

  static async open(settings: AmqpSettings, hooks: SessionHooks): Promise<Session> {
    const consuming = await openLink(settings, 'consuming');
    try {
      return new Session(consuming, await openLink(settings, 'publishing'), settings, hooks);
    } catch (error) {
      await closeLink(consuming);
      throw error;
    }
  }

  /** On the consuming connection, which is also the one exclusive queues belong to. */
  async openChannel(): Promise<Channel> {
    return within(this.consuming.createChannel(), answerMs, 'opening a channel');
  }

  publish(messages: readonly OutgoingMessage[]): Promise<PublishOutcome[]> {
    return this.publishers.publish(messages);
  }

  /** Waits for the confirms under way (each expires by itself), then closes both connections. */
  async close(): Promise<void> {
    await this.publishers.idle();
    if (this.isEnded) return;
    this.isEnded = true;
    this.publishers.end();
    await Promise.all([closeLink(this.consuming), closeLink(this.publishing)]);
  }

  /** Ends at once; whoever is connected to it is told. */
  end(reason: Error | undefined): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.publishers.end();
    this.hooks.onEnd(this, reason);
    dropLink(this.consuming);
    dropLink(this.publishing);
  }

  private block(isBlocked: boolean): void {
    if (this.isEnded) return;
    this.publishers.block(isBlocked);
    this.hooks.onBlocked(this, isBlocked);
  }
}
