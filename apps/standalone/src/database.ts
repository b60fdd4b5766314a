import { createDataSource, EmbeddedPostgresError, migrate, startEmbeddedPostgres } from '#libs/persistence';
import { type Config, StartupError, withoutPasswords } from '#libs/platform';
import type { Progress } from './progress.js';
import { becomeSoleOwner } from './sole-owner.js';

/** The database of this process, with the newest schema. */
export interface OpenDatabase {
  readonly url: string;
  /** Nobody else works on it: leases of a former life may be taken at once. */
  readonly isOurs: boolean;
  close(): Promise<void>;
}

/**
 * DATABASE_URL, or PostgreSQL of our own in the data folder.
 * @param onLost the lock that keeps others off a given database is gone: the process must end
 */
export async function openDatabase(config: Config, progress: Progress, onLost: () => void): Promise<OpenDatabase> {
  const opened =
    config.databaseUrl === undefined
      ? await openEmbedded(config, progress)
      : await openGiven(config, config.databaseUrl, progress, onLost);
  try {
    await progress.stage(
      'schema',
      () => bringUpToDate(opened.url),
      (names) => (names.length === 0 ? 'up to date' : `${names.length} migrations`),
    );
    return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function openEmbedded(config: Config, progress: Progress): Promise<OpenDatabase> {
  const postgres = await progress.stage(
    'PostgreSQL',
    (report) => startEmbeddedPostgres({ dataDir: config.dataDir, onProgress: report }).catch(forPeople),
    () => `embedded, data in ${config.dataDir}`,
  );
  return { url: postgres.url, isOurs: true, close: () => postgres.stop() };
}

/** The message of the embedded server says what to do: no stack beside it. */
function forPeople(error: unknown): never {
  throw error instanceof EmbeddedPostgresError ? new StartupError(error.code, error.message, { cause: error }) : error;
}

async function openGiven(config: Config, url: string, progress: Progress, onLost: () => void): Promise<OpenDatabase> {
  const { host, pathname } = new URL(url);
  const shared = { url, isOurs: false, close: async () => undefined };
  return progress.stage(
    'PostgreSQL',
    async () => {
      await canConnect(url);
      if (config.amqpUrl !== undefined || config.transport !== undefined) return shared;
      const ownership = await becomeSoleOwner(url, onLost);
      return { url, isOurs: true, close: () => ownership.release() };
    },
    () => `${host}${pathname}`,
  );
}

async function canConnect(url: string): Promise<void> {
  const dataSource = createDataSource(url, { poolSize: 1, connectTimeoutMs: 5_000 });
  try {
    await dataSource.initialize();
    await dataSource.destroy();
  } catch (error) {
    const reason = withoutPasswords((error as Error).message || String((error as { code?: string }).code));
    throw new StartupError(
      'DATABASE_UNREACHABLE',
      `PostgreSQL at DATABASE_URL does not let us in: ${reason}. Start it, correct DATABASE_URL, or unset it to use the embedded one.`,
      { cause: error },
    );
  }
}

async function bringUpToDate(url: string): Promise<string[]> {
  const dataSource = await createDataSource(url, { poolSize: 2, statementTimeoutMs: 0 }).initialize();
  try {
    return await migrate(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
