import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { portIsFree } from './port.js';

it('portIsFree passes for a free port and leaves it free, and names a taken one', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await expect(portIsFree(port, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  server.close();
  await once(server, 'close');
  await portIsFree(port, '127.0.0.1');
  await portIsFree(port, '127.0.0.1');
});
