import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TcpProxy } from './tcp-proxy.js';

describe('TcpProxy', () => {
  let server: Server;
  let proxy: TcpProxy;
  let client: Socket;

  beforeEach(async () => {
    server = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy = await TcpProxy.start({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    client = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
    await say('hello');
  });
  afterEach(async () => {
    client.destroy();
    await proxy.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Sends it; resolves with the ms until all of it came back. */
  async function say(text: string): Promise<number> {
    const begun = performance.now();
    let back = '';
    client.write(text);
    while (back.length < text.length) back += String((await once(client, 'data'))[0]);
    expect(back).toBe(text);
    return performance.now() - begun;
  }

  const closeOf = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

  it('passes everything on in order, also more than its buffers hold', async () => {
    await say('x'.repeat(3_000_000) + 'y');
  });

  it('delays, in each direction', async () => {
    proxy.shape({ up: { delayMs: 60 }, down: { delayMs: 60 } });
    expect(await say('x'.repeat(10))).toBeGreaterThanOrEqual(115);
  });

  it.each(['up', 'down'] as const)('cuts the direction %s alone; what was sent comes afterwards', async (direction) => {
    proxy.shape({ [direction]: { isCut: true } });
    let isBack = false;
    const said = say('later').then(() => (isBack = true));
    await new Promise((resolve) => setTimeout(resolve, 50)); // that nothing comes is what is tested
    expect(isBack).toBe(false);
    proxy.shape();
    await said;
  });

  it('resets, and lets nobody in', async () => {
    const closed = closeOf(client);
    proxy.cut();
    await closed;
    proxy.open(false);
    const refused = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
    await closeOf(refused);
    expect([proxy.connections, proxy.accepted]).toEqual([0, 2]);
  });
});
