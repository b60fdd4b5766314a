import type { IncomingMessage, Server } from 'node:http';
import { ApiProblem, fault } from './api-problem.js';

/** The one address that takes WebSockets. */
export const livePath = '/live';

/**
 * Only a client that wants a WebSocket at `/live` leaves HTTP. Any other wish to upgrade (`h2c`, another address, another method) is
 * passed over, as RFC 9110 lets a server do: what came with it is a request like any other, and is answered or refused as one.
 */
export function upgradeToWebSocketsOnly(server: Server): void {
  (server as Server & { shouldUpgradeCallback: (request: IncomingMessage) => boolean }).shouldUpgradeCallback = wantsWebSocket;
}

export const wantsWebSocket = ({ method, url = '', headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): boolean =>
  method === 'GET' && url.split('?')[0] === livePath && headers.upgrade?.toLowerCase() === 'websocket';

/** @param found what there was in place of the handshake of a WebSocket */
export function websocketRequired(found: string): ApiProblem {
  const message = `expected the handshake of a WebSocket (RFC 6455) at ${livePath}, but ${found}`;
  return new ApiProblem('WEBSOCKET_REQUIRED', message, {
    errors: [
      fault(
        'WEBSOCKET_REQUIRED',
        '',
        message,
        'connect with a client for WebSockets; what /live tells is described in /asyncapi.json',
      ),
    ],
    headers: { upgrade: 'websocket', 'sec-websocket-version': '13' },
  });
}
