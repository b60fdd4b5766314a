import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** What came back, by status; 0: no answer at all. */
export type Tally = Map<number, number>;

export interface Answer {
  readonly status: number;
  readonly ms: number;
  readonly retryAfter: string | undefined;
}

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
/** Nobody waits longer than this for an answer. */
const patienceMs = 60_000;

/** One call, without the retries of the client library: refusals are what is measured. */
export function call(url: string, method: 'GET' | 'POST' | 'PUT', path: string, body?: string): Promise<Answer> {
  const begun = performance.now();
  return new Promise((resolve) => {
    const done = (status: number, retryAfter?: string): void => resolve({ status, retryAfter, ms: performance.now() - begun });
    const sent = request(
      url + path,
      { method, agent, timeout: patienceMs, headers: { 'content-type': 'application/json' } },
      (response) => {
        response.resume();
        response.once('end', () => done(response.statusCode ?? 0, response.headers['retry-after']));
        response.once('error', () => done(0));
      },
    );
    sent.once('error', () => done(0));
    sent.once('timeout', () => sent.destroy());
    sent.end(body);
  });
}

export interface Flood {
  readonly url: string;
  readonly tally: Tally;
  readonly ended: AbortSignal;
  /** Refusals that did not say when to come again. */
  mute: number;
}

/** The same call again and again, by so many callers that hardly heed what they are told. */
export function flood(on: Flood, callers: number, path: string, body: () => string): Promise<unknown> {
  const caller = async (): Promise<void> => {
    while (!on.ended.aborted) {
      const { status, retryAfter } = await call(on.url, 'POST', path, body());
      on.tally.set(status, (on.tally.get(status) ?? 0) + 1);
      if (status === 503 && retryAfter === undefined) on.mute += 1;
      if (status === 503 || status === 0) await delay(100);
    }
  };
  return Promise.all(Array.from({ length: callers }, caller));
}

/** Consoles that look at everything and read nothing; when they are cut, they come again. */
export function blindConsoles({ url, ended }: Flood, count: number): void {
  for (let each = 0; each < count; each += 1) open();
  function open(): void {
    if (ended.aborted) return;
    const socket = new WebSocket(`${url.replace('http', 'ws')}/live`);
    const end = (): void => socket.terminate();
    ended.addEventListener('abort', end, { once: true });
    socket.on('error', () => undefined);
    socket.on('open', () => {
      for (const subscribe of ['instances', 'queues', 'workers', 'stats', 'asks']) socket.send(JSON.stringify({ subscribe }));
      socket.pause();
    });
    socket.on('close', () => {
      ended.removeEventListener('abort', end);
      setTimeout(open, 1_000).unref();
    });
  }
}
