import { createServer } from 'node:net';
import { Test } from '@nestjs/testing';
import { newLane } from './conformance/world.js';
import { MemoryBroker } from './memory/memory-broker.js';
import { MessagingModule, TRANSPORT } from './messaging.module.js';
import type { Transport } from './transport.js';

describe('MessagingModule', () => {
  it('gives a transport that is connected, knows its exchanges and closes with the application', async () => {
    const testing = await Test.createTestingModule({
      imports: [MessagingModule.forRoot({ kind: 'memory', broker: new MemoryBroker() })],
    }).compile();
    const app = await testing.init();
    const transport = app.get<Transport>(TRANSPORT);
    const lane = newLane();
    expect(await transport.declareQueue(lane.spec)).toBe(true);
    expect(await transport.publish([lane.message('1')])).toEqual(['confirmed']);
    await app.close();
    expect(transport.state).toBe('closed');
  });

  it('opens the doors while the broker is away', async () => {
    const server = createServer((socket) => socket.destroy()); // accepts, and says nothing
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const testing = await Test.createTestingModule({
      imports: [MessagingModule.forRoot({ kind: 'amqp', url: `amqp://127.0.0.1:${port}` })],
    })
      .setLogger({ log: () => undefined, warn: () => undefined, error: () => undefined })
      .compile();
    const app = await testing.init();
    const transport = app.get<Transport>(TRANSPORT);
    expect(transport.state).toBe('connecting');
    expect(await transport.publish([newLane().message('1')])).toEqual(['unconfirmed']);
    await app.close();
    expect(transport.state).toBe('closed');
    await new Promise((resolve) => server.close(resolve));
  });
});
