import type { LifecycleEvent } from '#libs/engine';
import { lifecycleMessage } from './lifecycle-message.js';

const id = '0199a0b1-7c3d-7e4f-8a5b-6c7d8e9f0a1b';
const instance = { id, definition: 'order.process', version: '1.2.0', key: 'o-1' };
const completed = { type: 'instanceCompleted', seq: 7, generation: 1, at: 0, data: { output: null } } as LifecycleEvent;

describe('lifecycleMessage', () => {
  it('is a CloudEvent in binary mode whose attributes agree with its body', () => {
    const message = lifecycleMessage(instance, completed, { value: { total: 3 } });
    expect(message).toMatchObject({
      exchange: 'orquestra.events',
      routingKey: 'order.process.completed',
      type: 'dev.orquestrax.instance.completed.v1',
      messageId: `${id}/7`,
      headers: {
        'cloudEvents:specversion': '1.0',
        'cloudEvents:id': `${id}/7`,
        'cloudEvents:type': 'dev.orquestrax.instance.completed.v1',
        'cloudEvents:source': '/orquestrax',
        'cloudEvents:subject': id,
        'cloudEvents:time': '1970-01-01T00:00:00.000Z',
        'cloudEvents:datacontenttype': 'application/json',
        'cloudEvents:sequence': '0000000007',
        'cloudEvents:severity': 'info',
        severity: 'info',
      },
    });
    expect(JSON.parse(message.content.toString())).toMatchObject({ id, seq: 7, event: 'completed', output: { total: 3 } });
  });

  it('leaves out an output that is too big, and says so', () => {
    const { content } = lifecycleMessage(instance, completed, { value: 'x'.repeat(2 * 1024 * 1024) });
    expect(content.length).toBeLessThan(1_000);
    expect(JSON.parse(content.toString())).toMatchObject({ output: null, outputBytes: expect.any(Number) });
    const repeated = lifecycleMessage(instance, completed, { bytes: 70_000 }).content.toString();
    expect(JSON.parse(repeated)).toMatchObject({ output: null, outputBytes: 70_000 });
  });
});
