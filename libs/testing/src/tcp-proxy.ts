import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type LinkShape, ShapedLane } from './shaped-lane.js';

export interface TcpTarget {
  readonly host: string;
  readonly port: number;
}

interface Pair {
  readonly inside: Socket;
  readonly outside: Socket;
  readonly up: ShapedLane;
  readonly down: ShapedLane;
}

/** `up`: from those who connect to the server. Absent: as it is without a proxy. */
export interface LinkShapes {
  readonly up?: LinkShape;
  readonly down?: LinkShape;
}

const none: LinkShape = {};
const stopped: LinkShape = { isCut: true };

/**
 * A door in front of a server that tests can slam: resets connections, lets them go silent (half-open) in one direction or both,
 * makes them slow, refuses new ones.
 */
export class TcpProxy implements AsyncDisposable {
  private readonly pairs = new Set<Pair>();
  /** Taken in, and not connected to the server yet. */
  private readonly joining = new Set<Socket>();
  private shapes: LinkShapes = {};
  private isOpen = true;
  /** Connections that came so far, those refused included. */
  accepted = 0;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** @param targets of several, each new connection goes to the first that takes it: what a load balancer does */
  static async start(...targets: readonly TcpTarget[]): Promise<TcpProxy> {
    const server = createServer({ noDelay: true, allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new TcpProxy(server, (server.address() as AddressInfo).port);
    server.on('connection', (inside) => void proxy.join(inside, targets));
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

  /** Resets all connections at once, without goodbye. */
  cut(): void {
    for (const inside of this.joining) inside.resetAndDestroy();
    for (const { inside, outside } of this.pairs) {
      inside.resetAndDestroy();
      outside.resetAndDestroy();
    }
  }

  /** From now on, for connections there are and those to come. Without arguments: a clear line again; what was held back goes on. */
  shape(shapes: LinkShapes = {}): void {
    this.shapes = shapes;
    for (const pair of this.pairs) this.apply(pair);
  }

  /** Passes nothing on in either direction, and ends nothing: what a half-open connection looks like. */
  silence(isSilent: boolean): void {
    this.shape(isSilent ? { up: stopped, down: stopped } : {});
  }

  /** Whether new connections are let in. */
  open(isOpen: boolean): void {
    this.isOpen = isOpen;
  }

  async stop(): Promise<void> {
    this.isOpen = false;
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private async join(inside: Socket, targets: readonly TcpTarget[]): Promise<void> {
    this.accepted += 1;
    if (!this.isOpen) {
      inside.resetAndDestroy();
      return;
    }
    inside.on('error', () => undefined); // before there is an outside to be told
    this.joining.add(inside);
    const outside = await firstThatAnswers(targets);
    this.joining.delete(inside);
    if (outside === undefined || inside.destroyed || !this.isOpen) {
      outside?.destroy();
      inside.resetAndDestroy();
      return;
    }
    const pair = { inside, outside, up: new ShapedLane(inside, outside), down: new ShapedLane(outside, inside) };
    this.pairs.add(pair);
    const end = (): void => {
      inside.destroy();
      outside.destroy();
      this.pairs.delete(pair);
    };
    for (const socket of [inside, outside]) socket.on('error', end).on('close', end);
    this.apply(pair);
  }

  private apply({ up, down }: Pair): void {
    up.shape = this.shapes.up ?? none;
    down.shape = this.shapes.down ?? none;
  }
}

async function firstThatAnswers(targets: readonly TcpTarget[]): Promise<Socket | undefined> {
  for (const target of targets) {
    const socket = connect({ ...target, noDelay: true, allowHalfOpen: true });
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      socket.destroy();
    }
  }
  return undefined;
}
