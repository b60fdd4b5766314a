import type { IncomingMessage } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { liveLimits } from '#libs/contracts';
import { originProblem, type OriginRules } from '../http/origin-check.js';

type Verdict = (isAccepted: boolean, status?: number, message?: string) => void;
interface WsServer {
  on(event: 'connection' | 'error', listener: (subject: { on(event: 'error', listener: () => void): void }) => void): void;
}

/** Plain WebSockets with our bounds: origin checked on upgrade, frames of at most 64 KiB, no compression (it would be a memory bomb). */
export class LiveAdapter extends WsAdapter {
  constructor(
    app: INestApplicationContext,
    private readonly rules: OriginRules,
  ) {
    // Frames are read by the session, which answers bad ones; Nest's own parser drops them silently.
    super(app, { messageParser: () => undefined });
  }

  override create(port: number, options?: Parameters<WsAdapter['create']>[1]): unknown {
    return super.create(port, {
      ...options,
      maxPayload: liveLimits.messageBytes,
      perMessageDeflate: false,
      verifyClient: ({ req }: { req: IncomingMessage }, answer: Verdict) => {
        const problem = originProblem(req, this.rules);
        if (problem) answer(false, problem.status, problem.code);
        else answer(true);
      },
    });
  }

  /** A client's broken or oversized frame closes its connection (1009, 1002 …) and is nothing to log. */
  override bindErrorHandler(server: WsServer): WsServer {
    server.on('connection', (client) => client.on('error', () => undefined));
    server.on('error', () => this.logger.error('the live server failed'));
    return server;
  }
}
