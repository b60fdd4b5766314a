import { createDataSource } from '../connections/create-data-source.js';
import { migrate, revert } from './migrate.js';
import { isLoopback, namedOf, resetDatabase } from './reset.js';

const commands = ['migrate', 'revert', 'reset'] as const;
type Command = (typeof commands)[number];

export const usage = `usage: DATABASE_URL=postgres://… npm run db:<command>
  migrate         bring the schema up to date
  revert          undo the newest migration
  reset [--yes]   drop everything and begin anew; only for a database on this machine`;

/** The command was not understood, or must not be done; nothing was changed. */
export class DbCommandRefused extends Error {
  readonly code = 'DB_COMMAND_REFUSED';
}

export interface DbCommandContext {
  readonly url: string | undefined;
  /** Asks a person; absent: nobody is there to ask. */
  readonly ask?: (question: string) => Promise<string>;
}

/**
 * `db:migrate`, `db:revert`, `db:reset`.
 * @returns one line for people
 * @throws DbCommandRefused
 */
export async function runDbCommand([name, ...flags]: readonly string[], { url, ask }: DbCommandContext): Promise<string> {
  const command = commands.find((known) => known === name);
  if (command === undefined) throw new DbCommandRefused(usage);
  if (!url)
    throw new DbCommandRefused(
      'expected DATABASE_URL to name the database, but it is not set: postgres://user:password@host:5432/name',
    );
  if (command === 'reset') await agree(url, flags, ask);
  return `${namedOf(url)}: ${await perform(command, url)}`;
}

async function perform(command: Command, url: string): Promise<string> {
  const dataSource = await createDataSource(url, { poolSize: 2, statementTimeoutMs: 0 }).initialize();
  try {
    if (command === 'revert') {
      await revert(dataSource);
      return 'the newest migration is undone';
    }
    if (command === 'reset') await resetDatabase(dataSource);
    const ran = await migrate(dataSource);
    return ran.length === 0 ? 'up to date' : ran.join(', ');
  } finally {
    await dataSource.destroy();
  }
}

async function agree(url: string, flags: readonly string[], ask: DbCommandContext['ask']): Promise<void> {
  const name = namedOf(url);
  if (!isLoopback(url))
    throw new DbCommandRefused(
      `db:reset works only on a database of this machine, but ${name} is elsewhere: drop it there by hand`,
    );
  if (flags.includes('--yes')) return;
  if (ask === undefined) throw new DbCommandRefused(`db:reset would delete everything in ${name}: say --yes`);
  if ((await ask(`Delete everything in ${name}? Type yes: `)).trim() !== 'yes') throw new DbCommandRefused('nothing was changed');
}
