import { jest } from '@jest/globals';
import { createTestDatabase } from '../testing/test-database.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { DbCommandRefused, runDbCommand } from './db-command.js';
import { migrations } from './migrations/index.js';

jest.setTimeout(60_000); // the first start of an embedded server

describe.each(servers)('runDbCommand on $name', (server: TestServer) => {
  let host: Awaited<ReturnType<TestServer['migrated']>>;
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  const run = (...words: string[]) => runDbCommand(words, { url: database.url });

  beforeAll(async () => {
    host = await server.migrated();
    database = await createTestDatabase(host.url);
  });
  afterAll(async () => {
    await database.drop();
    await host.drop();
  });

  it('migrates, reverts and begins anew', async () => {
    expect(await run('migrate')).toContain('Foundation');
    expect(await run('migrate')).toContain('up to date');
    expect(await run('revert')).toContain('undone');
    expect(await run('migrate')).toContain(migrations.at(-1)!.name);
    expect(await run('reset', '--yes')).toContain('Foundation');
  });

  it('resets only after a yes', async () => {
    const asked: string[] = [];
    const answering = (answer: string) => ({
      url: database.url,
      ask: (question: string) => {
        asked.push(question);
        return Promise.resolve(answer);
      },
    });
    await expect(run('reset')).rejects.toThrow('say --yes');
    await expect(runDbCommand(['reset'], answering('y'))).rejects.toThrow('nothing was changed');
    expect(await runDbCommand(['reset'], answering('yes\n'))).toContain('Foundation');
    expect(asked).toHaveLength(2);
    expect(asked[0]).toContain(new URL(database.url).pathname.slice(1));
  });
});

describe('runDbCommand', () => {
  it.each([
    [
      'reset off this machine, whatever is said',
      ['reset', '--yes'],
      'postgres://u:p@db.example.com/x',
      'only on a database of this machine',
    ],
    ['nothing at all', [], 'postgres://127.0.0.1/x', 'usage'],
    ['an unknown word', ['drop'], 'postgres://127.0.0.1/x', 'usage'],
    ['no database', ['migrate'], undefined, 'DATABASE_URL'],
  ])('refuses %s', async (_, words, url, message) => {
    const refusal = await runDbCommand(words, { url }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DbCommandRefused);
    expect((refusal as Error).message).toContain(message);
  });
});
