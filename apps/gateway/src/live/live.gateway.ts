import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type BeforeApplicationShutdown, Inject, type OnApplicationBootstrap } from '@nestjs/common';
import { type OnGatewayConnection, type OnGatewayDisconnect, WebSocketGateway } from '@nestjs/websockets';
import { Gauge } from 'prom-client';
import type { RawData, WebSocket } from 'ws';
import { liveLimits } from '#libs/contracts';
import { CONFIG, type Config, METRICS, type MetricsRegistry, ROOT_LOGGER, type RootLogger, traceIdOf } from '#libs/platform';
import { LiveSession } from './live-session.js';
import { LiveTopics } from './live-topics.js';

interface Client {
  readonly session: LiveSession;
  isAlive: boolean;
}

const goingAway = 1001;

/** `/live`: one session a WebSocket. A socket that answers no ping for a whole interval is dead and is cut. */
@WebSocketGateway({ path: '/live' })
export class LiveGateway implements OnGatewayConnection, OnGatewayDisconnect, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly clients = new Map<WebSocket, Client>();
  private readonly connected: Gauge;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly topics: LiveTopics,
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
    @Inject(METRICS) metrics: MetricsRegistry,
    @Inject(CONFIG) private readonly config: Pick<Config, 'liveBuffer'>,
  ) {
    this.connected = new Gauge({ name: 'orquestrax_ws_clients', help: 'Live connections open', registers: [metrics] });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.pingAll(), liveLimits.pingMs);
    this.timer.unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
    for (const socket of this.clients.keys()) socket.close(goingAway, 'the gateway is shutting down');
  }

  handleConnection(socket: WebSocket, request?: IncomingMessage): void {
    const traceId = traceIdOf(request?.headers['traceparent']);
    const session = new LiveSession(socket, {
      bufferBytes: this.config.liveBuffer,
      topics: this.topics.create,
      newTraceId: () => traceId ?? randomBytes(16).toString('hex'),
      nowMs: () => Date.now(),
      onError: (error, trace) => this.logger.error({ err: error, traceId: trace }, 'a live subscription failed'),
    });
    const client: Client = { session, isAlive: true };
    this.clients.set(socket, client);
    this.connected.set(this.clients.size);
    socket.on('message', (content: RawData) => session.receive(textOf(content)));
    socket.on('pong', () => (client.isAlive = true));
  }

  handleDisconnect(socket: WebSocket): void {
    this.clients.get(socket)?.session.close();
    this.clients.delete(socket);
    this.connected.set(this.clients.size);
  }

  private pingAll(): void {
    for (const [socket, client] of this.clients) {
      if (!client.isAlive) {
        socket.terminate();
        continue;
      }
      client.isAlive = false;
      socket.ping();
      client.session.ping();
    }
  }
}

function textOf(content: RawData): string {
  if (Array.isArray(content)) return Buffer.concat(content).toString('utf8');
  return Buffer.from(content as ArrayBuffer).toString('utf8');
}
