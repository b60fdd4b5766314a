import type { IncomingMessage } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { liveLimits } from '#libs/contracts';
import { originProblem, type OriginRules } from '../http/origin-check.js';

type Verdict = (isAccepted: boolean, status?: number, message?: string, headers?: Record<string, string>) => void;
interface WsServer {
  readonly clients: ReadonlySet<unknown>;
  on(event: 'connection' | 'error', listener: (subject: { on(event: 'error', listener: () => void): void }) => void): void;
}

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
        const problem = originProblem(req, this.rules);
        if (problem) answer(false, problem.status, problem.code);
        else if (server.clients.size >= this.clientsAtMost) answer(false, 503, 'OVERLOADED', { 'retry-after': '5' });
        else answer(true);
      },
    }) as WsServer;
    return server;
  }

  /** A client's broken or oversized frame closes its connection (1009, 1002 …) and is nothing to log. */
  override bindErrorHandler(server: WsServer): WsServer {
    server.on('connection', (client) => client.on('error', () => undefined));
    server.on('error', () => this.logger.error('the live server failed'));
    return server;
  }
}
