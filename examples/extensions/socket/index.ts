import { defineExtension } from '#libs/extension-sdk';
import { SocketTransport } from './socket-transport.js';

const { SOCKET_HUB = '127.0.0.1:5680' } = process.env;
const [host = '127.0.0.1', port = '5680'] = SOCKET_HUB.split(':');

/** `ORQUESTRA_TRANSPORT=socket`: the services meet at the hub of `SOCKET_HUB` (host:port), and there is no RabbitMQ. */
export default defineExtension({
  name: 'socket',
  transport: { name: 'socket', create: ({ onFault }) => new SocketTransport({ host, port: Number(port), onFault }) },
});
