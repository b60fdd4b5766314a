// Runs on the project's Node, with the installed drivers: which PostgreSQL and RabbitMQ can the tests use?
// Prints {"database": Found, "broker": Found} with Found = {"url"?, "version"?, "fault"?}.
import amqp from 'amqplib';
import pg from 'pg';
import { userInfo } from 'node:os';

const limitMs = 3_000;

async function askDatabase(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: limitMs });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query('show server_version');
    return rows[0].server_version.split(' ')[0];
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function askBroker(url) {
  const connection = await amqp.connect(url, { timeout: limitMs });
  try {
    return connection.connection.serverProperties.version;
  } finally {
    await connection.close();
  }
}

/** The first URL that answers; a URL that was given is the only one asked. */
async function find(given, standard, ask) {
  let fault;
  for (const url of given === undefined ? standard : [given]) {
    try {
      return { url, version: await ask(url) };
    } catch (error) {
      fault = error.message || error.code || String(error);
    }
  }
  return { fault };
}

const given = (text) => (text === undefined || text.trim() === '' ? undefined : text);
const standardDatabases = ['postgres:postgres', 'postgres', encodeURIComponent(userInfo().username)].map(
  (user) => `postgres://${user}@127.0.0.1:5432/postgres`,
);
const [database, broker] = await Promise.all([
  find(given(process.env.DATABASE_URL), standardDatabases, askDatabase),
  find(given(process.env.AMQP_URL), ['amqp://guest:guest@127.0.0.1:5672'], askBroker),
]);
process.stdout.write(`${JSON.stringify({ database, broker })}\n`);
