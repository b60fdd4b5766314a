import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the receiver does with a request: a status, with headers perhaps, or silence. */
export type Answer = number | { readonly status: number; readonly headers: Record<string, string> } | 'silent';

/** The system behind a webhook. */
export class ReceiverServer {
  readonly received: Received[] = [];
  /** Requests that were open at the same time, at most. */
  mostOpen = 0;
  private open = 0;
  private readonly server: Server;
  private readonly watchers = new Set<() => void>();

  /** @param answer how it answers the request; may change while it runs */
  constructor(public answer: (received: Received) => Answer = () => 204) {
    this.server = createServer((request, response) => {
      this.open += 1;
      this.mostOpen = Math.max(this.mostOpen, this.open);
      response.once('close', () => (this.open -= 1));
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.take(request.headers, Buffer.concat(chunks).toString(), response));
    });
  }

  /** @param port 0: a free one */
  async listen(port = 0): Promise<this> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/in`;
  }

  get ids(): Set<string> {
    return new Set(this.received.map(({ id }) => id));
  }

  /** Resolves when `isThere` says so; asked again at every request. */
  async until(isThere: (server: this) => boolean): Promise<void> {
    if (isThere(this)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => (isThere(this) ? resolve() : undefined);
    this.watchers.add(look);
    await promise;
    this.watchers.delete(look);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private take(headers: IncomingHttpHeaders, body: string, response: ServerResponse): void {
    const received = { id: String(headers['webhook-id']), headers, body };
    this.received.push(received);
    const answer = this.answer(received);
    if (answer !== 'silent') {
      const { status, headers: own } = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
      response.writeHead(status, own).end();
    }
    for (const look of this.watchers) look();
  }
}
