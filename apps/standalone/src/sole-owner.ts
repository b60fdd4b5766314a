import { Client } from 'pg';
import { StartupError } from '#libs/platform';

const LOCK = `hashtext('orquestrax.in-process-transport')`;

/** A lock of PostgreSQL held by a connection of its own; gone with the process, however it ends. */
export interface SoleOwnership {
  release(): Promise<void>;
}

/**
 * With the in-process transport nobody else may serve the same database: two processes would not hear each other's messages.
 * @throws StartupError `DATABASE_IN_USE` when another process holds it
 */
export async function becomeSoleOwner(url: string, onLost: () => void): Promise<SoleOwnership> {
  const client = new Client({ connectionString: url, keepAlive: true, application_name: 'orquestrax sole owner' });
  let isReleased = false;
  client.on('error', () => undefined);
  client.on('end', () => isReleased || onLost());
  await client.connect();
  const { rows } = await client.query<{ locked: boolean }>(`SELECT pg_try_advisory_lock(${LOCK}) AS locked`);
  const release = async (): Promise<void> => {
    isReleased = true;
    await client.end();
  };
  if (rows[0]?.locked === true) return { release };
  await release();
  throw new StartupError(
    'DATABASE_IN_USE',
    `another npm start already serves the database at ${new URL(url).host}${new URL(url).pathname}. ` +
      'Stop it, use another database, or set AMQP_URL so that several processes can share the work.',
  );
}
