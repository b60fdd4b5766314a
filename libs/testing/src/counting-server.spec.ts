import { CountingServer } from './counting-server.js';

describe('CountingServer', () => {
  it('counts requests by path, those it holds back too', async () => {
    await using server = await new CountingServer().listen();
    await fetch(`${server.url}/a`);
    server.hold();
    const held = fetch(`${server.url}/a`);
    await server.reached(2);
    expect([server.counts.get('/a'), server.total, server.moreThan(1)]).toEqual([2, 2, [['/a', 2]]]);
    server.release();
    expect(await (await held).json()).toEqual({ ok: true });
  });

  it('says how many there were when they do not come', async () => {
    await using server = await new CountingServer().listen();
    await expect(server.reached(1, { distinct: true, timeoutMs: 10 })).rejects.toThrow(
      'expected 1 requests within 10 ms, but there were 0',
    );
  });
});
