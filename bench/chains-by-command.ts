import { type Channel, connect } from 'amqplib';
import { v7 } from 'uuid';
import { exchanges } from '#libs/contracts';
import { chainOf } from './definitions.js';
import { allEnded, type Workload } from './workloads.js';

/** W1 through the other door: one `workflow.start` a chain, published with confirms as fast as the broker takes them. */
export const chainsByCommand =
  (amqpUrl: string, chains: number): Workload =>
  async (client) => {
    const link = await connect(amqpUrl, { noDelay: true });
    try {
      const channel = await link.createConfirmChannel();
      const { queue } = await channel.assertQueue('', { exclusive: true });
      const { name } = chainOf(5);
      const begun = performance.now();
      const answered = answers(channel, queue, chains);
      const content = Buffer.from(JSON.stringify({ definition: name, input: {} }));
      for (let i = 0; i < chains; i += 1)
        channel.publish(exchanges.commands, 'workflow.start', content, {
          messageId: v7(),
          replyTo: queue,
          contentType: 'application/json',
          persistent: true,
        });
      await channel.waitForConfirms();
      await answered;
      await allEnded(client, name);
      return { workload: 'W1-amqp', steps: chains * 5, ms: [performance.now() - begun] };
    } finally {
      await link.close();
    }
  };

/** Resolves when so many were started. @throws Error when one was refused */
function answers(channel: Channel, queue: string, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = count;
    const take = (type: unknown, content: string): void => {
      if (type === 'problem') return reject(new Error(`expected every command to be accepted, but one was not: ${content}`));
      left -= 1;
      if (left === 0) resolve();
    };
    channel
      .consume(queue, (message) => message && take(message.properties.type, message.content.toString()), { noAck: true })
      .catch(reject);
  });
}
