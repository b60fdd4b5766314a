import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}
export type Answer = { readonly status?: number; readonly body: unknown };

/** Answers by `METHOD /path`; everything else is a 404 problem. `/live` answers each subscription with the messages given. */
export class FakeGateway {
  readonly seen: Seen[] = [];
  readonly routes = new Map<string, Answer | ((seen: Seen) => Answer)>();
  live: (ref: string, socket: WebSocket) => void = () => undefined;
  private readonly server: Server;
  private readonly sockets: WebSocketServer;

  constructor() {
    this.server = createServer((request, response) => {
      let text = '';
      request.on('data', (part: Buffer) => (text += part.toString()));
      request.on('end', () => {
        const url = new URL(request.url ?? '', 'http://x');
        const seen: Seen = {
          method: request.method ?? '',
          path: url.pathname.replace('/api/v1', ''),
          query: Object.fromEntries(url.searchParams),
          body: text === '' ? undefined : request.headers['content-type'] === 'application/json' ? JSON.parse(text) : text,
        };
        this.seen.push(seen);
        const route = this.routes.get(`${seen.method} ${seen.path}`) ?? problem(404, 'ROUTE_NOT_FOUND', `no ${seen.path}`);
        const { status = 200, body } = typeof route === 'function' ? route(seen) : route;
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    this.sockets = new WebSocketServer({ server: this.server, path: '/live' });
    this.sockets.on('connection', (socket) =>
      socket.on('message', (raw) => {
        const { ref, subscribe } = JSON.parse(String(raw)) as { ref: string; subscribe?: string };
        if (subscribe !== undefined) this.live(ref, socket);
      }),
    );
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
    this.server.closeAllConnections();
    this.server.close();
  }
}

export const problem = (status: number, code: string, detail: string, errors: unknown[] = []): Answer => ({
  status,
  body: { type: `x/${code}`, title: 'A problem', status, detail, code, traceId: 't-1', errors },
});
