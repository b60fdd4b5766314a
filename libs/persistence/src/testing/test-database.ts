import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../connections/create-data-source.js';
import { migrate } from '../schema/migrate.js';

/** As `npm test` found it; a test run by itself takes DATABASE_URL or the standard local port. */
export const serverUrl =
  process.env['ORQUESTRA_TEST_DATABASE_URL'] ?? process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A fresh, empty database on the server of `base`; drop it when done. */
export async function createTestDatabase(base: string): Promise<TestDatabase> {
  const name = `orquestra_test_${randomBytes(6).toString('hex')}`;
  await execute(base, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(base, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** As above, with the schema, and a data source connected to it. */
export async function createMigratedDatabase(base: string): Promise<TestDatabase & { dataSource: DataSource }> {
  const database = await createTestDatabase(base);
  const dataSource = await createDataSource(database.url).initialize();
  await migrate(dataSource);
  return {
    ...database,
    dataSource,
    drop: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
