import { once, EventEmitter } from 'node:events';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { becomeSoleOwner } from './sole-owner.js';

const server = process.env['ORQUESTRA_TEST_DATABASE_URL'] ?? process.env['DATABASE_URL'];
const onServer = server === undefined ? describe.skip : describe;
const nobody = (): void => undefined;

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

onServer('becomeSoleOwner', () => {
  const name = `orquestra_test_${randomBytes(6).toString('hex')}`;
  const database = Object.assign(new URL(server as string), { pathname: `/${name}` }).href;
  beforeAll(() => execute(server as string, `CREATE DATABASE ${name}`));
  afterAll(() => execute(server as string, `DROP DATABASE ${name} WITH (FORCE)`));

  it('lets one process in, refuses the second with what to do, and lets it in after the first is gone', async () => {
    const first = await becomeSoleOwner(database, nobody);
    const refusal = { code: 'DATABASE_IN_USE', message: expect.stringContaining('set AMQP_URL') as string };
    await expect(becomeSoleOwner(database, nobody)).rejects.toMatchObject(refusal);
    await first.release();
    await (await becomeSoleOwner(database, nobody)).release();
  });

  it('tells when the lock is lost with its connection', async () => {
    const told = new EventEmitter();
    await becomeSoleOwner(database, () => told.emit('lost'));
    const lost = once(told, 'lost');
    await execute(
      database,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'orquestrax sole owner' AND datname = current_database()`,
    );
    await lost;
  });
});
