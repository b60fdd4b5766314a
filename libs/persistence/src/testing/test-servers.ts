import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../embedded/start-embedded.js';
import { createMigratedDatabase, serverUrl } from './test-database.js';

export interface TestServer {
  readonly name: string;
  /** A fresh, migrated database on it; `drop` also ends what was started for it. */
  migrated(): ReturnType<typeof createMigratedDatabase>;
}

const embedded: TestServer = {
  name: 'embedded PostgreSQL',
  migrated: async () => {
    const parent = await mkdtemp(join(tmpdir(), 'orquestra-test-'));
    await chmod(parent, 0o755);
    const server = await startEmbeddedPostgres({ dataDir: join(parent, 'data') });
    const database = await createMigratedDatabase(server.url);
    return {
      ...database,
      drop: async () => {
        await database.drop();
        await server.stop();
        await rm(parent, { recursive: true, force: true });
      },
    };
  },
};

/** The embedded server always; a server of the machine where one is named or listens at the standard port (in CI it must). */
export const servers: TestServer[] =
  serverUrl === undefined
    ? [embedded]
    : [{ name: 'server PostgreSQL', migrated: () => createMigratedDatabase(serverUrl) }, embedded];
