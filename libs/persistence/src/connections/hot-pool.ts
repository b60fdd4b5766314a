import { Pool } from 'pg';
import { connectionSettings } from './connection-settings.js';
import type { DataSourceOptions } from './create-data-source.js';

/**
 * Every hot statement joins `unnest($n)` with a key. As a named statement on a young table it would get a generic plan with a
 * sequential scan, whose cost grows with the table until statistics catch up (2.3 × the latency). Here only nested loops over
 * indexes are possible, planned once.
 */
const planner = [
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'enable_bitmapscan=off',
  'jit=off',
  'plan_cache_mode=force_generic_plan',
  // A 2xx means stored with fsync, whatever the server's default says.
  'synchronous_commit=on',
];

export interface HotPoolOptions extends DataSourceOptions {
  /** A statement that waits longer for somebody else's lock fails with 55P03, ms; default: it waits. */
  readonly lockTimeoutMs?: number;
}

/** Connections of the hot path: prepared statements, and plans that cannot scan a table. Connects when first used. */
export function createHotPool(url: string, options: HotPoolOptions = {}): Pool {
  const pool = new Pool({
    ...connectionSettings(url, { applicationName: 'orquestrax-hot', ...options }),
    // A process that is stopped amid a transaction must not hold its locks for ever.
    idle_in_transaction_session_timeout: 10_000,
    ...(options.lockTimeoutMs !== undefined && { lock_timeout: options.lockTimeoutMs }),
    options: planner.map((setting) => `-c ${setting}`).join(' '),
  });
  // Without a listener the break of an idle connection ends the process.
  pool.on('error', options.onConnectionError ?? (() => undefined));
  return pool;
}
