import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { CONFIG, type Config, ROOT_LOGGER, type RootLogger, StartupError } from '#libs/platform';
import { addressCheck } from './http/address-check.js';
import { answerBrokenHttp } from './http/broken-http.js';
import { isLoopback, originRules } from './http/origin-rules.js';
import { securityHeaders } from './http/security-headers.js';
import { upgradeToWebSocketsOnly } from './http/websockets.js';
import { LiveAdapter } from './live/live-adapter.js';

/** A request must have arrived whole by then, ms. */
const requestTimeoutMs = 60_000;
/** Idle connections stay open for the next request; longer than load balancers keep theirs by default. */
const keepAliveMs = 65_000;

/**
 * Makes an application that holds GatewayModule listen on PORT and ORQUESTRA_HOST.
 * @param app created with `bodyParser: false`
 * @returns the address it is reached at from this machine, e.g. `http://127.0.0.1:3000`
 * @throws StartupError NETWORK_NOT_TRUSTED off loopback, unless the configuration says that the network is trusted
 */
export async function serveGateway(app: INestApplication): Promise<string> {
  const config = app.get<Config>(CONFIG);
  requireTrust(config);
  // Nothing of the API may be kept (`no-store`), and the console's files have names that change with them: a digest of each answer would be for nobody.
  (app as NestExpressApplication).disable('x-powered-by').disable('etag');
  app.use(securityHeaders, addressCheck(app.get<RootLogger>(ROOT_LOGGER)));
  app.useWebSocketAdapter(new LiveAdapter(app, originRules(config), config.liveClients));
  await app.listen(config.port, config.host);
  const server = app.getHttpServer() as Server;
  answerBrokenHttp(server);
  upgradeToWebSocketsOnly(server);
  server.maxConnections = config.connections;
  server.requestTimeout = requestTimeoutMs;
  server.keepAliveTimeout = keepAliveMs;
  const { port, family, address } = server.address() as AddressInfo;
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
  return `http://${family === 'IPv6' && host !== '127.0.0.1' ? `[${host}]` : host}:${port}`;
}

function requireTrust({ host, trustNetwork }: Config): void {
  if (isLoopback(host) || trustNetwork) return;
  throw new StartupError(
    'NETWORK_NOT_TRUSTED',
    `expected ORQUESTRA_HOST to be a loopback address (127.0.0.1, ::1, localhost), but was ${host}. There is no authentication yet: ` +
      'everybody who reaches the gateway may do everything. Listen on loopback, or set ORQUESTRA_TRUST_NETWORK=true when the network in front of it keeps strangers out.',
  );
}
