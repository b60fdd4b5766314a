import { createServer } from 'node:net';

/**
 * Asks for the gateway's port before anything is started, so that a taken port costs no time.
 * @throws the error of `listen` (EADDRINUSE, EACCES)
 */
export async function portIsFree(port: number, host: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve()));
  });
}
