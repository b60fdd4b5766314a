import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { isInstalled } from './install.mjs';
import { isAtLeast, requireNode } from './node.mjs';
import { decide } from './servers.mjs';

const lock = (packages) => JSON.stringify({ packages });

describe('requireNode', () => {
  it.each([
    ['20.19.0', '20.19.0', true],
    ['20.18.9', '20.19.0', false],
    ['24.0.0', '20.19.0', true],
    ['v24.15.1', '24.15.0', true],
    ['9.99.99', '20.19.0', false],
  ])('%s is at least %s: %s', (version, wanted, expected) => expect(isAtLeast(version, wanted)).toBe(expected));

  it('says what is needed, what was found and what to do', () => {
    expect(() => requireNode('18.2.0', '20.19.0')).toThrow(
      /needs Node 20\.19\.0 or newer[^]*this is Node 18\.2\.0[^]*Install a current Node/,
    );
  });
});

describe('isInstalled', () => {
  const wanted = {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/win': { version: '1.0.0', optional: true },
    'node_modules/b': { link: true },
    frontend: {},
  };

  it('accepts what npm installed, whatever else is there and whatever this machine does not need', () => {
    expect(
      isInstalled(lock(wanted), lock({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/extra': { version: '3.0.0' } })),
    ).toBe(true);
  });

  it('refuses another version, a missing package or nothing installed', () => {
    expect(isInstalled(lock(wanted), lock({ 'node_modules/a': { version: '1.0.1' } }))).toBe(false);
    expect(isInstalled(lock(wanted), lock({}))).toBe(false);
    expect(isInstalled(lock(wanted), undefined)).toBe(false);
  });
});

describe('the servers of the tests', () => {
  const here = {
    database: { url: 'postgres://postgres@127.0.0.1:5432/postgres', version: '15.2' },
    broker: { url: 'amqp://guest:guest@127.0.0.1:5672', version: '3.10.8' },
    browser: '/usr/bin/chromium',
  };
  const nothing = { database: { fault: 'ECONNREFUSED' }, broker: { fault: 'ECONNREFUSED' }, browser: undefined };

  it('are those that answer, named in one line without passwords', () => {
    const { line, env } = decide(here, {});
    expect(line).toBe(
      'testing on PostgreSQL 15.2 at 127.0.0.1:5432 · RabbitMQ 3.10.8 at 127.0.0.1:5672 and in-process transport · Chromium',
    );
    expect(env).toEqual({
      ORQUESTRA_TEST_DATABASE_URL: here.database.url,
      ORQUESTRA_TEST_AMQP_URL: here.broker.url,
      ORQUESTRA_TEST_CHROMIUM: '/usr/bin/chromium',
    });
  });

  it('are embedded PostgreSQL and the in-process transport where nothing answers', () => {
    const { line, env } = decide(nothing, {});
    expect(line).toContain('embedded PostgreSQL · in-process transport · no Chromium');
    expect(env).toEqual({});
  });

  it('must all be there in CI, and those asked for by URL everywhere', () => {
    expect(() => decide(nothing, { CI: 'true' })).toThrow(/PostgreSQL[^]*RabbitMQ[^]*Chromium/);
    expect(() => decide({ ...here, broker: nothing.broker }, { AMQP_URL: 'amqp://other' })).toThrow(
      'RabbitMQ (AMQP_URL): ECONNREFUSED',
    );
  });
});

it('an unknown task is refused with status 2 and the list of tasks', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/run.mjs', 'strat'], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toMatch(/^expected one of start, cluster, .*but found strat\n$/);
});

it('what runs in the foreground ends when npm ends the shell between', async () => {
  const program = `import { foreground } from './scripts/run/spawn.mjs';
    await foreground(process.execPath, ['-e', 'console.log("runs"); setInterval(() => {}, 1000)']);`;
  const shell = spawn('sh', ['-c', `"${process.execPath}" --input-type=module -e '${program.replaceAll("'", `'"'"'`)}'; true`], {
    env: { ...process.env, npm_lifecycle_event: 'start' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(shell.stdout, 'data');
  const everybodyGone = once(shell.stdout, 'close');
  shell.kill('SIGTERM');
  await everybodyGone;
});
