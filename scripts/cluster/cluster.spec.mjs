import { once, EventEmitter } from 'node:events';
import { clusterOptions } from './options.mjs';
import { pauseMs, Supervised } from './supervised.mjs';
import { watcher } from './watch.mjs';

const service = (script, options) => {
  const seen = new EventEmitter();
  const events = [];
  const watch = {
    event: (name, fields) => (events.push([name, fields]), seen.emit(name, fields)),
    line: (line) => seen.emit('line', line),
  };
  const spec = { role: 'worker', index: 1, args: ['-e', script], env: process.env };
  return { supervised: new Supervised(spec, watch, options), seen, events };
};

const stays =
  'process.on("SIGTERM", () => process.exit(0)); process.send({ type: "ready" }); console.log("hello"); setInterval(() => {}, 1000);';

describe('Supervised', () => {
  it('passes on readiness and lines, and ends the service with SIGTERM', async () => {
    const { supervised, seen, events } = service(stays);
    const told = Promise.all([once(seen, 'ready'), once(seen, 'line')]);
    supervised.start();
    expect((await told)[1]).toEqual(['hello']);
    await supervised.end(5_000);
    expect(events.at(-1)).toEqual(['exited', expect.objectContaining({ code: 0 })]);
  });

  it('starts a service that was killed again, under another process id', async () => {
    const { supervised, seen } = service(stays);
    supervised.start();
    const [first] = await once(seen, 'ready');
    const again = once(seen, 'ready');
    process.kill(first.pid, 'SIGKILL');
    const [second] = await again;
    expect(second.pid).not.toBe(first.pid);
    await supervised.end(5_000);
  });

  it('leaves it ended when told so', async () => {
    const { supervised, seen, events } = service('process.exit(3)', { restart: false });
    const ended = once(seen, 'exited');
    supervised.start();
    expect((await ended)[0]).toMatchObject({ code: 3 });
    expect(events.map(([name]) => name)).toEqual(['started', 'exited']);
  });

  it('kills what does not end within the grace', async () => {
    const { supervised, seen, events } = service(
      'process.on("SIGTERM", () => {}); process.send({ type: "ready" }); setInterval(() => {}, 1000);',
    );
    supervised.start();
    await once(seen, 'ready');
    await supervised.end(50);
    expect(events.at(-1)).toEqual(['exited', expect.objectContaining({ signal: 'SIGKILL' })]);
  });
});

it('pauses grow from 0.2 s to 10 s', () => {
  expect([1, 2, 3, 6, 7, 20].map(pauseMs)).toEqual([200, 400, 800, 6_400, 10_000, 10_000]);
});

describe('clusterOptions', () => {
  it('has two orchestrators, two workers and a gateway on local servers', () => {
    expect(clusterOptions([], {})).toMatchObject({
      counts: { orchestrator: 2, worker: 2, gateway: 1 },
      port: 3000,
      restart: true,
      json: false,
      amqpUrl: 'amqp://guest:guest@127.0.0.1:5672',
    });
  });

  it('takes counts, port and servers from arguments and environment', () => {
    const options = clusterOptions(['--workers', '5', '--gateways', '0', '--no-restart', '--json'], {
      PORT: '4000',
      DATABASE_URL: 'postgres://db/x',
    });
    expect(options).toMatchObject({
      counts: { orchestrator: 2, worker: 5, gateway: 0 },
      port: 4000,
      databaseUrl: 'postgres://db/x',
      restart: false,
      json: true,
    });
  });

  it('refuses what it does not know, with the usage', () => {
    expect(() => clusterOptions(['--orchestrators', 'two'], {})).toThrow(
      /orchestrators: expected a whole number, but found "two"[^]*npm run cluster/,
    );
    expect(() => clusterOptions(['--partitions', '2'], {})).toThrow(/--partitions/);
  });
});

it('a watcher prints JSON lines for tests and sentences for people', () => {
  const lines = (json) => {
    const written = [];
    const stream = { write: (text) => written.push(text) };
    watcher({ role: 'worker', index: 2 }, 0, { events: stream, logs: stream, json, colour: false }).event('started', { pid: 7 });
    return written;
  };
  expect(lines(true)).toEqual(['{"event":"started","role":"worker","index":2,"pid":7}\n']);
  expect(lines(false)).toEqual(['worker-2       ● started, process 7\n']);
});
