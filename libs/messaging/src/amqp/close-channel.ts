import type { Channel } from 'amqplib';
import { answerMs } from './within.js';

/** Closes a channel; amqplib forgets its promise when the connection ends meanwhile, but not the event. Never rejects. */
export function closeChannel(channel: Channel): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, answerMs);
    const closed = (): void => {
      clearTimeout(timer);
      resolve();
    };
    channel.once('close', closed);
    channel.close().then(closed, closed);
  });
}
