import type { PoolClient } from 'pg';
import { serverUrl } from '../testing/test-database.js';
import { createHotPool } from './hot-pool.js';
import { inTransaction } from './in-transaction.js';

describe('inTransaction', () => {
  const pool = createHotPool(serverUrl);
  afterAll(() => pool.end());

  const processOf = async (client: PoolClient): Promise<number> =>
    (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;

  it('survives a connection that is lost between two statements, and lends it to nobody again', async () => {
    let lost = 0;
    const work = inTransaction(pool, async (client) => {
      await client.query('BEGIN');
      lost = await processOf(client);
      const ended = new Promise<void>((resolve) => void client.once('end', resolve)); // not events.once: that hears errors, too
      await pool.query('SELECT pg_terminate_backend($1)', [lost]);
      await ended;
      await client.query('COMMIT');
    });
    await expect(work).rejects.toThrow();
    expect(await inTransaction(pool, processOf)).not.toBe(lost);
  });
});
