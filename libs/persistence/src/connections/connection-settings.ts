import { types, type ClientConfig, type PoolConfig } from 'pg';
import type { DataSourceOptions } from './create-data-source.js';

/** bigint columns hold epoch ms and counts, all far below 2^53: they come back as numbers. */
const numericTypes: ClientConfig['types'] = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};

/** What all our connections have in common: bounded waits, so that a half-open connection is noticed, and numbers for bigint. */
export function connectionSettings(url: string, options: DataSourceOptions): PoolConfig {
  const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
  return {
    connectionString: url,
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    statement_timeout: statementTimeoutMs,
    // The server's own limit speaks first; this one is for a server that does not answer at all.
    query_timeout: statementTimeoutMs === 0 ? 0 : statementTimeoutMs + 5_000,
    application_name: options.applicationName ?? 'orquestrax',
    types: numericTypes,
    ...(options.socket !== undefined && { stream: options.socket }),
  };
}
