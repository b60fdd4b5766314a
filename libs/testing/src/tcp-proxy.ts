import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

interface Pair {
  readonly inside: Socket;
  readonly outside: Socket;
}

/** A door in front of a server that tests can slam: cuts connections, lets them go silent (half-open), refuses new ones. */
export class TcpProxy {
  private readonly pairs = new Set<Pair>();
  private isSilent = false;
  private isOpen = true;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new TcpProxy(server, (server.address() as AddressInfo).port);
    server.on('connection', (inside) => proxy.join(inside, target));
    return proxy;
  }

  get connections(): number {
    return this.pairs.size;
  }

  /** The same address, through this door. */
  through(url: string): string {
    const changed = new URL(url);
    changed.hostname = '127.0.0.1';
    changed.port = String(this.port);
    return changed.toString();
  }

  /** Ends all connections at once, without goodbye. */
  cut(): void {
    for (const { inside, outside } of this.pairs) {
      inside.destroy();
      outside.destroy();
    }
  }

  /** Passes nothing on in either direction, and ends nothing: what a half-open connection looks like. */
  silence(isSilent: boolean): void {
    this.isSilent = isSilent;
    for (const pair of this.pairs) this.pass(pair);
  }

  /** Whether new connections are let in. */
  open(isOpen: boolean): void {
    this.isOpen = isOpen;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(inside: Socket, target: { readonly host: string; readonly port: number }): void {
    if (!this.isOpen) {
      inside.destroy();
      return;
    }
    const outside = connect({ ...target, noDelay: true });
    inside.setNoDelay(true);
    const pair = { inside, outside };
    this.pairs.add(pair);
    const end = (): void => {
      inside.destroy();
      outside.destroy();
      this.pairs.delete(pair);
    };
    for (const socket of [inside, outside]) socket.on('error', end).on('close', end);
    this.pass(pair);
  }

  private pass({ inside, outside }: Pair): void {
    inside.unpipe(outside);
    outside.unpipe(inside);
    if (this.isSilent) return;
    inside.pipe(outside);
    outside.pipe(inside);
  }
}
