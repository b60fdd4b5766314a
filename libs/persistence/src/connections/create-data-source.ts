import type { Socket } from 'node:net';
import { DataSource } from 'typeorm';
import { entities } from '../schema/entities/index.js';
import { migrations } from '../schema/migrations/index.js';
import { SnakeNames } from '../schema/snake-names.js';
import { connectionSettings } from './connection-settings.js';

export interface DataSourceOptions {
  /** Connections at most; default 10. */
  readonly poolSize?: number;
  /** A statement that runs longer is cancelled, ms; default 30,000, 0 = never. */
  readonly statementTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** Makes the sockets of connections; default: plain ones. */
  readonly socket?: () => Socket;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** Told when an idle connection breaks; the pool replaces it by itself. Default: silence. */
  readonly onConnectionError?: (error: Error) => void;
}

/** The data source of entities, migrations and reads; not yet initialised. The hot path has connections of its own (`hotPool`). */
export function createDataSource(url: string, options: DataSourceOptions = {}): DataSource {
  const onError = options.onConnectionError ?? (() => undefined);
  return new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations,
    migrationsTableName: 'workflow_migrations',
    migrationsTransactionMode: 'each',
    namingStrategy: new SnakeNames(),
    installExtensions: false,
    poolErrorHandler: onError,
    extra: connectionSettings(url, options),
  });
}
