import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { OrquestraClient } from '#libs/client';
import { freePort, ProcessGroup, until } from '#libs/testing';
import { type ComposeService, inOrderOfStart, readComposeFile } from './compose-file.js';
import { type ComposeServers, prepareServers } from './compose-servers.js';

const database = process.env['ORQUESTRA_TEST_DATABASE_URL'];
const broker = process.env['ORQUESTRA_TEST_AMQP_URL'];
const withServers = database === undefined || broker === undefined ? describe.skip : describe;
const run = promisify(execFile);

/** Most time Compose itself gives a service: its start period and all retries. */
const healthyWithinMs = 60_000;

withServers('what stands in docker-compose.yml works', () => {
  const file = readComposeFile();
  const group = new ProcessGroup();
  const environments = new Map<string, Record<string, string>>();
  let servers: ComposeServers;

  beforeAll(async () => (servers = await prepareServers(database as string, broker as string)), 30_000);
  afterAll(async () => {
    await group.end();
    await servers.remove();
  }, 60_000);

  /** The environment of the file, with the hosts and ports of this machine. */
  async function environmentOf(service: ComposeService): Promise<Record<string, string>> {
    const here: Record<string, () => string | Promise<string>> = {
      DATABASE_URL: () => servers.databaseUrl,
      AMQP_URL: () => servers.amqpUrl,
      PORT: async () => String(await freePort()),
      ORQUESTRA_HEALTH_PORT: async () => String(await freePort()),
    };
    const entries = Object.entries(service.environment ?? {}).map(
      async ([name, value]) => [name, (await here[name]?.()) ?? value] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }

  it.each(['postgres', 'rabbitmq'])(
    'the health check of %s passes on the server of this machine',
    async (name) => {
      const test = file.services[name]?.healthcheck?.test ?? [];
      expect(test[0]).toBe('CMD-SHELL');
      await run('sh', ['-c', String(test[1])]);
    },
    30_000,
  );

  it('the migration completes', async () => {
    const [[name, service] = []] = inOrderOfStart(file);
    expect(name).toBe('migrate');
    const command = service?.command?.slice(1) as string[];
    const { stderr } = await run(process.execPath, command, {
      env: { ...process.env, ...(await environmentOf(service as ComposeService)) },
    });
    expect(stderr).not.toMatch(/error/i);
  }, 60_000);

  it('every service becomes healthy by its own health check', async () => {
    for (const [name, service] of inOrderOfStart(file).slice(1)) {
      const env = await environmentOf(service);
      environments.set(name, env);
      await group.start({ name, entry: service.command?.[1] as string, env });
    }
    for (const member of group.members) {
      const env = environments.get(member.spec.name) as Record<string, string>;
      const test = file.services[member.spec.name]?.healthcheck?.test as string[];
      const healthy = await until(async () => ((await passes(test, env)) ? true : undefined), healthyWithinMs);
      if (healthy !== true) throw new Error(`expected ${member.spec.name} to become healthy, but it did not.\n${member.tail()}`);
    }
    expect(group.members).toHaveLength(7);
  }, 240_000);

  it('a workflow registered at one gateway and started at the other completes', async () => {
    const client = (name: string) => new OrquestraClient({ baseUrl: `http://127.0.0.1:${environments.get(name)?.['PORT']}` });
    const document = {
      name: 'compose',
      version: '1.0.0',
      steps: [{ id: 'say', task: 'echo', input: { text: 'hello ${input.name}' } }],
    };
    await client('gateway-1').registerDefinition({ document });
    const { id } = await client('gateway-2').startInstance({ definition: 'compose', input: { name: 'Ada' } });
    const ended = await client('gateway-1').waitForInstance(id, { timeoutMs: 30_000 });
    expect(ended).toMatchObject({ status: 'completed', output: { text: 'hello Ada' } });
  }, 60_000);
});

async function passes([, command, ...args]: string[], env: Record<string, string>): Promise<boolean> {
  const child = spawn(command === 'node' ? process.execPath : String(command), args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}
