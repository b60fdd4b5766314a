import WebSocket from 'ws';
import type { ServerMessage, SubscribeRequest, TopicMessage } from '#libs/contracts';
import { backoffMs } from './backoff.js';
import { ApiProblem } from './errors.js';
import { LiveSubscription } from './live-subscription.js';

/** The server pings every 15 s; this much silence means the connection is dead. */
const longestSilenceMs = 40_000;
/** A server that takes a connection and does not answer is tried again. */
const handshakeTimeout = 10_000;
const maxPayload = 64 * 1024 * 1024;
/** A connection that lasted less was no success: a server that takes connections and dies must not be run down by all its clients. */
const steadyMs = 10_000;

/**
 * One WebSocket to `/live`, kept open until `close`: reconnects by itself and subscribes again, with `since` where the topic has it,
 * so that an iterator neither loses nor repeats an audit event.
 */
export class LiveConnection {
  private socket: WebSocket | undefined;
  private readonly subscriptions = new Map<string, LiveSubscription>();
  /** Since a connection was steady. */
  private tries = 0;
  /** Of the present connection, monotonic ms. */
  private openedMs = Infinity;
  private lastRef = 0;
  private isClosed = false;
  private reconnect: NodeJS.Timeout | undefined;
  private silence: NodeJS.Timeout | undefined;

  constructor(
    private readonly baseUrl: string,
    private readonly options: { headers?: Readonly<Record<string, string>> } = {},
  ) {}

  /** A snapshot, then deltas, until the loop ends, the signal aborts or the connection is closed. @throws ApiProblem when refused */
  subscribe(request: SubscribeRequest, options: { signal?: AbortSignal } = {}): AsyncIterable<TopicMessage> {
    if (this.isClosed) throw new Error('expected an open live connection, but it was closed');
    const ref = `s${(this.lastRef += 1)}`;
    const subscription = new LiveSubscription({ ...request, ref }, (message) => this.send(message));
    this.subscriptions.set(ref, subscription);
    subscription.onEnd = () => {
      this.subscriptions.delete(ref);
      this.send({ unsubscribe: ref });
    };
    options.signal?.addEventListener('abort', () => subscription.end(), { once: true });
    if (options.signal?.aborted) subscription.end();
    else if (this.socket === undefined) this.open();
    else subscription.ask();
    return subscription;
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.reconnect);
    clearTimeout(this.silence);
    for (const subscription of [...this.subscriptions.values()]) subscription.end();
    this.socket?.close();
  }

  private open(): void {
    if (this.isClosed || this.socket !== undefined) return;
    const url = `${this.baseUrl.replace(/^http/, 'ws')}/live`;
    const socket = new WebSocket(url, { headers: this.options.headers, maxPayload, handshakeTimeout });
    this.socket = socket;
    socket.on('open', () => {
      this.openedMs = performance.now();
      this.watchSilence(socket);
      for (const subscription of this.subscriptions.values()) subscription.ask();
    });
    socket.on('message', (raw) => {
      this.watchSilence(socket);
      this.receive(JSON.parse(String(raw)) as ServerMessage);
    });
    socket.on('error', () => undefined); // 'close' follows and does what is to be done
    socket.on('close', () => this.lost());
  }

  private lost(): void {
    clearTimeout(this.silence);
    this.socket = undefined;
    const wasSteady = performance.now() - this.openedMs >= steadyMs;
    this.openedMs = Infinity;
    if (this.isClosed || this.subscriptions.size === 0) return;
    this.tries = wasSteady ? 1 : this.tries + 1;
    this.reconnect = setTimeout(() => this.open(), backoffMs(this.tries, Math.random()));
  }

  private watchSilence(socket: WebSocket): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => socket.terminate(), longestSilenceMs).unref();
  }

  private receive(message: ServerMessage): void {
    if (message.type === 'error') {
      const subscription = message.ref === null ? undefined : this.subscriptions.get(message.ref);
      subscription?.fail(new ApiProblem(message.problem));
      return;
    }
    if ('topic' in message) this.subscriptions.get(message.ref)?.receive(message);
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}
