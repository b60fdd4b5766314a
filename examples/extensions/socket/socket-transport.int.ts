import type { AddressInfo } from 'node:net';
import { describeTransport, TcpProxy } from '#libs/testing';
import type { Transport } from '#libs/messaging';
import { startHub } from './hub.js';
import { SocketTransport } from './socket-transport.js';

describeTransport('socket', async () => {
  const hub = await startHub(0);
  const { port } = hub.address() as AddressInfo;
  const doors = new Map<Transport, TcpProxy>();
  const spare = await Promise.all(Array.from({ length: 60 }, () => TcpProxy.start({ host: '127.0.0.1', port })));
  return {
    create: (options) => {
      const door = spare.pop();
      if (door === undefined) throw new Error('expected fewer transports in one suite');
      const transport = new SocketTransport({ host: '127.0.0.1', port: door.port, ...options });
      doors.set(transport, door);
      return transport;
    },
    loseConnection: async (transport) => doors.get(transport)?.cut(),
    close: async () => {
      await Promise.all([...doors.values(), ...spare].map((door) => door.stop()));
      await new Promise((resolve) => hub.close(resolve));
    },
  };
});
