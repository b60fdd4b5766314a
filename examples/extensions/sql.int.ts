import { Pool } from 'pg';
import { describeTask, until } from '#libs/testing';
import { sqlQuery } from './sql.js';

const server = process.env['ORQUESTRA_TEST_DATABASE_URL'] ?? process.env['DATABASE_URL'];

if (server === undefined) describe.skip('sql.query', () => it.todo('needs ORQUESTRA_TEST_DATABASE_URL'));
else
  describeTask('sql.query', async () => {
    const pool = new Pool({ connectionString: server, max: 3, application_name: 'sql.query' });
    const isSleeping = async () =>
      (await pool.query(`SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(3600)' AND state = 'active'`)).rowCount;
    return {
      task: sqlQuery(pool),
      good: {
        input: { text: 'SELECT $1::int AS n, 1::bigint AS big, to_timestamp(0) AS at', values: [7] },
        output: { rows: [{ n: 7, big: '1', at: '1970-01-01T00:00:00.000Z' }], count: 1 },
      },
      misfit: { text: 7 },
      failing: { input: { text: 'COMMIT; CREATE TABLE not_here (n int)' }, code: 'SQL_REFUSED' },
      slow: {
        input: { text: 'SELECT pg_sleep(3600)' },
        begun: () => until(async () => (await isSleeping()) || undefined, 10_000),
      },
      close: async () => {
        await until(async () => (await isSleeping()) === 0 || undefined, 10_000); // the server has stopped, too
        await pool.end();
      },
    };
  });
