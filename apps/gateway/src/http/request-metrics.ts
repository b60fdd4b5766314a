import { Histogram } from 'prom-client';
import type { RequestHandler } from 'express';
import type { MetricsRegistry } from '#libs/platform';
import type { ApiRequest } from './entry.js';

/** Times requests by operation; addresses are no labels, they hold ids. */
export function requestMetrics(registry: MetricsRegistry): RequestHandler {
  const duration = new Histogram({
    name: 'orquestrax_http_request_duration_seconds',
    help: 'Duration of requests of the API',
    labelNames: ['operation', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers: [registry],
  });
  return (request: ApiRequest, response, next) => {
    const end = duration.startTimer();
    response.once('finish', () => {
      if (request.operation) end({ operation: request.operation.id, status: response.statusCode });
    });
    next();
  };
}
