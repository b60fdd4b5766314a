import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { TopicMessage } from '#libs/contracts';
import { ApiProblem, LiveConnection } from './index.js';

const id = '019354a0-0000-7000-8000-000000000001';
const event = (seq: number) => ({
  seq,
  generation: 1,
  type: 'stepBegun',
  path: 'a',
  attempt: 1,
  data: {},
  at: '2026-01-01T00:00:00.000Z',
});
const message = (type: 'snapshot' | 'delta', ref: string, after: number, ...seqs: number[]) => ({
  type,
  ref,
  topic: 'instance',
  id,
  after,
  seq: seqs.at(-1) ?? after,
  events: seqs.map(event),
});
const seqs = (received: TopicMessage): number[] => (received.topic === 'instance' ? received.events.map((item) => item.seq) : []);

interface Asked {
  readonly ref: string;
  readonly since: number;
}

let server: WebSocketServer;
let live: LiveConnection;
let sockets: WebSocket[];
let asked: Asked[];
let unsubscribed: string[];
let onAsked: (request: Asked, socket: WebSocket) => void;

beforeEach(async () => {
  [sockets, asked, unsubscribed] = [[], [], []];
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (raw) => {
      const request = JSON.parse(String(raw)) as Asked & { unsubscribe?: string };
      if (request.unsubscribe !== undefined) return unsubscribed.push(request.unsubscribe);
      asked.push(request);
      onAsked(request, socket);
      return undefined;
    });
  });
  live = new LiveConnection(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(() => {
  live.close();
  for (const socket of sockets) socket.terminate();
  server.close();
});

const send = (socket: WebSocket, content: object) => socket.send(JSON.stringify(content));
const watch = (signal?: AbortSignal) => live.subscribe({ subscribe: 'instance', id }, { signal })[Symbol.asyncIterator]();

describe('LiveConnection', () => {
  it('yields the snapshot, then deltas without repeated events', async () => {
    onAsked = ({ ref, since }, socket) => {
      send(socket, { type: 'welcome', time: '2026-01-01T00:00:00.000Z', pingMs: 15_000 });
      send(socket, message('snapshot', ref, since, 1, 2));
      send(socket, message('delta', ref, 1, 2, 3));
    };
    const stream = watch();
    expect(seqs((await stream.next()).value as TopicMessage)).toEqual([1, 2]);
    expect(seqs((await stream.next()).value as TopicMessage)).toEqual([3]);
  });

  it('asks again from the last consumed event when it sees a gap', async () => {
    onAsked = ({ ref, since }, socket) => {
      if (since === 0) {
        send(socket, message('snapshot', ref, 0, 1));
      } else send(socket, message('snapshot', ref, since, 2, 3, 4));
    };
    const stream = watch();
    expect(seqs((await stream.next()).value as TopicMessage)).toEqual([1]);
    send(sockets[0] as WebSocket, message('delta', asked[0]?.ref ?? '', 3, 4));
    expect(seqs((await stream.next()).value as TopicMessage)).toEqual([2, 3, 4]);
    expect(asked.map((request) => request.since)).toEqual([0, 1]);
  });

  it('goes on after a lost connection where it was', async () => {
    onAsked = ({ ref, since }, socket) => send(socket, message('snapshot', ref, since, since + 1));
    const stream = watch();
    expect(seqs((await stream.next()).value as TopicMessage)).toEqual([1]);
    sockets[0]?.terminate();
    expect(seqs((await stream.next()).value as TopicMessage)).toEqual([2]);
    expect(sockets).toHaveLength(2);
  });

  it('waits longer and longer for a server that takes connections and dies', async () => {
    const openedMs: number[] = [];
    server.on('connection', () => openedMs.push(performance.now()));
    onAsked = (_, socket) => socket.terminate();
    void watch().next();
    while (openedMs.length < 5) await once(server, 'connection');
    const gap = (after: number) => (openedMs[after] as number) - (openedMs[after - 1] as number);
    expect(gap(4)).toBeGreaterThanOrEqual(390); // 100 ms doubled three times, and at most half of it off
  });

  it('throws what the server refuses a subscription with', async () => {
    const problem = {
      type: 'x',
      title: 'Not there',
      status: 404,
      detail: 'no such instance',
      code: 'INSTANCE_NOT_FOUND',
      traceId: 't',
      errors: [],
    };
    onAsked = ({ ref }, socket) => send(socket, { type: 'error', ref, problem });
    const error = await watch()
      .next()
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiProblem);
    expect(error).toMatchObject({ code: 'INSTANCE_NOT_FOUND' });
  });

  it('tells the server when the consumer stops, and ends on abort', async () => {
    onAsked = ({ ref, since }, socket) => send(socket, message('snapshot', ref, since, 1));
    for await (const received of live.subscribe({ subscribe: 'instance', id })) {
      expect(seqs(received)).toEqual([1]);
      break;
    }
    const abort = new AbortController();
    const second = watch(abort.signal);
    await second.next();
    expect(unsubscribed).toEqual([asked[0]?.ref]);
    const waiting = second.next();
    abort.abort();
    expect((await waiting).done).toBe(true);
  });

  it('gives a consumer that is far behind a fresh snapshot instead of everything it missed', async () => {
    onAsked = ({ ref, since }, socket) => {
      send(socket, message('snapshot', ref, since, since + 1));
      if (asked.length > 1) return;
      for (let seq = 2; seq <= 1_500; seq += 1) send(socket, message('delta', ref, seq - 1, seq));
    };
    const stream = watch();
    expect(seqs((await stream.next()).value as TopicMessage)).toEqual([1]);
    while (asked.length < 2) await once(sockets[0] as WebSocket, 'message');
    expect(asked[1]?.since).toBe(1);
    expect(seqs((await stream.next()).value as TopicMessage)).toEqual([2]);
  });
});
