import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/**
 * The outside world of a test: a web server that counts how often each path was asked for, so that a test knows
 * how often a step really ran, whatever the product says about it.
 */
export class CountingServer implements AsyncDisposable {
  /** Requests by path, answered or not. */
  readonly counts = new Map<string, number>();
  private readonly server: Server;
  private readonly held = new Set<ServerResponse>();
  private readonly watchers = new Set<() => void>();
  private isHolding = false;

  /** @param delayMs how long each answer takes */
  constructor(private readonly delayMs = 0) {
    this.server = createServer((request, response) => {
      const path = request.url ?? '/';
      this.counts.set(path, (this.counts.get(path) ?? 0) + 1);
      for (const look of this.watchers) look();
      if (this.isHolding) this.held.add(response);
      else setTimeout(() => answer(response), this.delayMs);
    });
  }

  async listen(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** All requests so far. */
  get total(): number {
    let sum = 0;
    for (const count of this.counts.values()) sum += count;
    return sum;
  }

  /** Paths asked for more than `most` times, with how often. */
  moreThan(most: number): [path: string, count: number][] {
    return [...this.counts].filter(([, count]) => count > most);
  }

  /** From now on requests are counted and not answered, until `release`. */
  hold(): void {
    this.isHolding = true;
  }

  release(): void {
    this.isHolding = false;
    for (const response of this.held) answer(response);
    this.held.clear();
  }

  /** Resolves when so many requests (paths, each counted once, with `distinct`) have arrived. */
  async reached(requests: number, options: { distinct?: boolean; timeoutMs?: number } = {}): Promise<void> {
    const { distinct = false, timeoutMs = 60_000 } = options;
    const now = (): number => (distinct ? this.counts.size : this.total);
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.watchers.delete(look);
      };
      const look = (): void => {
        if (now() < requests) return;
        done();
        resolve();
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`expected ${requests} requests within ${timeoutMs} ms, but there were ${now()}`));
      }, timeoutMs);
      this.watchers.add(look);
      look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function answer(response: ServerResponse): void {
  if (response.destroyed) return;
  response.setHeader('content-type', 'application/json');
  response.end('{"ok":true}');
}
