import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { INestApplicationContext } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { liveLimits } from '#libs/contracts';
import type { ApiProblem } from '../http/api-problem.js';
import { originProblem, type OriginRules } from '../http/origin-check.js';
import { overloaded } from '../http/overloaded.js';
import { refuseOnSocket } from '../http/refuse-on-socket.js';
import { livePath, websocketRequired } from '../http/websockets.js';

type Verdict = (isAccepted: true) => void;
interface WsServer {
  readonly clients: ReadonlySet<unknown>;
  on(event: 'connection' | 'error', listener: (subject: { on(event: 'error', listener: () => void): void }) => void): void;
  on(event: 'wsClientError', listener: (error: Error, socket: Duplex) => void): void;
}

/** Tried again by a console that was refused, s. */
const retryAfterS = 5;

/** Plain WebSockets with our bounds: origin checked on upgrade, so many clients, frames of at most 64 KiB, no compression (it would be a memory bomb). */
export class LiveAdapter extends WsAdapter {
  constructor(
    app: INestApplicationContext,
    private readonly rules: OriginRules,
    /** Connections at once. */
    private readonly clientsAtMost: number,
  ) {
    // Frames are read by the session, which answers bad ones; Nest's own parser drops them silently.
    super(app, { messageParser: () => undefined });
  }

  override create(port: number, options?: Parameters<WsAdapter['create']>[1]): unknown {
    const server = super.create(port, {
      ...options,
      maxPayload: liveLimits.messageBytes,
      perMessageDeflate: false,
      verifyClient: ({ req }: { req: IncomingMessage }, answer: Verdict) => {
        const problem = this.problemOf(req, server.clients.size);
        // Answered here: the server of WebSockets would say it in HTML.
        if (problem) refuseOnSocket(req.socket, problem, livePath);
        else answer(true);
      },
    }) as WsServer;
    server.on('wsClientError', ({ message }, socket) =>
      refuseOnSocket(socket, websocketRequired(`the handshake is broken: ${message}`), livePath),
    );
    return server;
  }

  private problemOf(request: IncomingMessage, clients: number): ApiProblem | undefined {
    const ofOrigin = originProblem(request, this.rules);
    if (ofOrigin !== undefined || clients < this.clientsAtMost) return ofOrigin;
    return overloaded(`${clients} live connections are open`, retryAfterS);
  }

  /** A client's broken or oversized frame closes its connection (1009, 1002 …) and is nothing to log. */
  override bindErrorHandler(server: WsServer): WsServer {
    server.on('connection', (client) => client.on('error', () => undefined));
    server.on('error', () => this.logger.error('the live server failed'));
    return server;
  }
}
