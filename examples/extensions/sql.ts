import { Client, DatabaseError, Pool, type QueryConfig } from 'pg';
import { defineExtension, type TaskExtension } from '#libs/extension-sdk';

interface QueryInput {
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** Reads from PostgreSQL. The transaction is read-only, so doing it again does nothing. */
export function sqlQuery(pool: Pool): TaskExtension {
  return {
    name: 'sql.query',
    description: 'Rows of a query against PostgreSQL, read only.',
    input: {
      type: 'object',
      required: ['text'],
      additionalProperties: false,
      properties: {
        text: { type: 'string', minLength: 1, description: 'With $1, $2 … for the values' },
        values: { type: 'array', maxItems: 100 },
      },
    },
    output: {
      type: 'object',
      required: ['rows', 'count'],
      properties: { rows: { type: 'array', items: { type: 'object' } }, count: { type: 'integer' } },
    },
    errors: ['SQL_REFUSED', 'SQL_UNAVAILABLE'],
    async run({ text, values = [] }: QueryInput, { signal, timeoutMs, fail, retryableFailure }) {
      const connection = await pool.connect().catch((error: Error) => retryableFailure('SQL_UNAVAILABLE', error.message));
      const cancel = (): void => void cancelQuery(pool, connection as { processID?: number });
      signal.addEventListener('abort', cancel, { once: true });
      try {
        signal.throwIfAborted();
        await connection.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${Math.floor(timeoutMs)}`);
        // the extended protocol takes one statement: nothing can end the transaction and write behind it
        const query: QueryConfig = { text, values: [...values], queryMode: 'extended' } as QueryConfig;
        const { rows } = await connection.query<Record<string, unknown>>(query);
        // dates, big integers and buffers become what JSON has for them
        return { rows: JSON.parse(JSON.stringify(rows)) as unknown, count: rows.length };
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof DatabaseError && !error.code?.startsWith('57'))
          return fail('SQL_REFUSED', error.message, { sqlState: error.code ?? null });
        return retryableFailure('SQL_UNAVAILABLE', (error as Error).message);
      } finally {
        signal.removeEventListener('abort', cancel);
        await connection.query('ROLLBACK').then(
          () => connection.release(),
          (error: Error) => connection.release(error),
        );
      }
    },
  };
}

/** The server goes on with a query whose client has lost interest, unless it is told on another connection. */
async function cancelQuery(pool: Pool, connection: { readonly processID?: number }): Promise<void> {
  const other = new Client(pool.options);
  try {
    await other.connect();
    await other.query('SELECT pg_cancel_backend($1)', [connection.processID]);
  } catch {
    // then it ends with its statement_timeout
  } finally {
    await other.end().catch(() => undefined);
  }
}

const { SQL_QUERY_URL: url } = process.env;
const pool = url === undefined ? undefined : new Pool({ connectionString: url, max: 5, connectionTimeoutMillis: 5_000 });
pool?.on('error', () => undefined); // an idle connection was lost; the next query takes another

export default defineExtension({
  name: 'sql',
  tasks: pool === undefined ? [] : [sqlQuery(pool)],
  close: async () => pool?.end(),
});
