import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below what systems give to outgoing connections: one of those could take it while its process is down for a restart. */
const [first, last] = [10_240, 32_767];
const triesAtMost = 100;

/** A port nobody listens on right now, drawn: whoever else looks for one at the same time hardly finds the same. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let turn = 1; turn <= triesAtMost; turn += 1) {
    const port = randomInt(first, last + 1);
    if (await isFree(host, port)) return port;
  }
  throw new Error(`expected a free port from ${first} to ${last} on ${host}, but ${triesAtMost} drawn ones are taken`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
