import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MetricsRegistry } from '../metrics/metrics.js';
import type { HealthRegistry } from './health-registry.js';

/** The small HTTP server of services without an API: `/health/live`, `/health/ready`, `/metrics`. */
export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** @param at port 0 takes a free one */
export async function startHealthServer(
  at: { port: number; host: string },
  health: HealthRegistry,
  metrics: MetricsRegistry,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    answer(request.url ?? '/', response, health, metrics).catch((error: unknown) => {
      send(response, 500, 'text/plain', error instanceof Error ? error.message : String(error));
    });
  });
  await listening(server, at);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(url: string, response: ServerResponse, health: HealthRegistry, metrics: MetricsRegistry): Promise<void> {
  if (url === '/health/live') return send(response, 200, 'application/json', '{"status":"ok"}');
  if (url === '/metrics') return send(response, 200, metrics.contentType, await metrics.metrics());
  if (url !== '/health/ready') return send(response, 404, 'text/plain', 'expected /health/live, /health/ready or /metrics');
  const report = await health.ready();
  send(response, report.status === 'ok' ? 200 : 503, 'application/json', JSON.stringify(report));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

function listening(server: Server, at: { port: number; host: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => resolve());
  });
}
