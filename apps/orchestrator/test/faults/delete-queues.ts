import amqp from 'amqplib';
import type { RabbitNode } from '#libs/testing';

/** All queues that are not some connection's own, with everything in them. */
export async function deleteQueues(broker: RabbitNode): Promise<void> {
  const listed = await broker.ctl('list_queues', 'name', '--no-table-headers');
  const names = listed.split('\n').filter((name) => /^orquestra\.(partition|steps|commands|dead-letters)\b/.test(name));
  expect(names.length).toBeGreaterThan(0);
  const connection = await amqp.connect(broker.url);
  const channel = await connection.createChannel();
  for (const name of names) await channel.deleteQueue(name);
  await connection.close();
}
