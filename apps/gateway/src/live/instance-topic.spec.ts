import { setImmediate } from 'node:timers/promises';
import type { LiveInstance, TopicMessage } from '#libs/contracts';
import type { AuditEvent } from '#libs/engine';
import { InstanceTopic } from './instance-topic.js';

const id = '01890000-0000-7000-8000-000000000001';
const log = [1, 2, 3].map((seq) => ({ seq, generation: 1, type: 'instanceCompleted', at: 0, data: {} }) as unknown as AuditEvent);

it('tells each event once, though a nudge comes while it starts', async () => {
  const sent: TopicMessage[] = [];
  let nudge = (): void => undefined;
  const found = Promise.withResolvers<LiveInstance>();
  const topic = new InstanceTopic({
    ref: 'r',
    id,
    since: 0,
    outlet: { send: (message: TopicMessage) => sent.push(message) > 0 } as never,
    head: () => found.promise,
    events: async (after) => {
      await setImmediate();
      return { events: log.filter(({ seq }) => seq > after), isFull: false, nextSize: 50 };
    },
    running: () => [],
    onNudge: (call) => {
      nudge = call;
      return () => undefined;
    },
  });
  const started = topic.start();
  nudge();
  found.resolve({ id, status: 'completed', seq: 3 } as LiveInstance);
  await started;
  const told = sent.flatMap((message) => (message.topic === 'instance' ? message.events.map(({ seq }) => seq) : []));
  expect(told).toEqual([1, 2, 3]);
  expect(topic.isComplete).toBe(true);
});
