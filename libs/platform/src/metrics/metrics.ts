import { collectDefaultMetrics, Registry } from 'prom-client';

/** Injection token of the Prometheus registry of this process (`Registry` of prom-client). Names begin with `orquestrax_`. */
export const METRICS = Symbol('METRICS');

export type MetricsRegistry = Registry;

export function createMetrics(role: string): MetricsRegistry {
  const registry = new Registry();
  registry.setDefaultLabels({ role });
  collectDefaultMetrics({ register: registry });
  return registry;
}
