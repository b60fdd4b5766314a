import pg from 'pg';
import { Refusal } from '../run/refusal.mjs';
import { quietNode } from '../run/spawn.mjs';

const invalidCatalogName = '3D000';
const shown = (url) => `${new URL(url).host}${new URL(url).pathname}`;

/** The database of the URL, created when the server is there and it is not, with the newest schema. */
export async function prepareDatabase(url) {
  await connect(url).catch(async (error) => {
    if (error.code !== invalidCatalogName) throw new Refusal(unreachable(url, error));
    await create(url);
  });
  const { status, output } = await quietNode(['dist/libs/persistence/src/cli.js', 'migrate'], { DATABASE_URL: url });
  if (status !== 0) throw new Refusal(`the schema of ${shown(url)} could not be brought up to date:\n${output.trim()}`);
}

async function connect(url, query = 'select 1') {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(query);
  } finally {
    await client.end();
  }
}

async function create(url) {
  const server = new URL(url);
  const name = decodeURIComponent(server.pathname.slice(1));
  server.pathname = '/postgres';
  await connect(String(server), `create database ${pg.escapeIdentifier(name)}`).catch((error) => {
    throw new Refusal(
      `database ${name} does not exist and could not be created: ${error.message}. Create it, or name another one in DATABASE_URL.`,
    );
  });
}

const unreachable = (url, error) =>
  `PostgreSQL at ${shown(url)} does not answer: ${error.message || error.code}.\nStart it, or say where it is: DATABASE_URL=postgres://user:password@host:5432/name npm run cluster`;
