import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrquestraClient } from '#libs/client';
import type { Instance } from '#libs/contracts';
import { createDataSource, migrate } from '#libs/persistence';
import { Cluster, freePort, ProcessGroup, startStandalone, until } from '#libs/testing';
import { prepareServers } from './compose-servers.js';

const database = process.env['ORQUESTRA_TEST_DATABASE_URL'];
const broker = process.env['ORQUESTRA_TEST_AMQP_URL'];
const withServers = database === undefined || broker === undefined ? describe.skip : describe;

const folder = mkdtempSync(join(tmpdir(), 'orquestra-extending-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The files of docs/extending.md, as a newcomer would copy them. */
function copyFiles(): Map<string, string> {
  const page = readFileSync('docs/extending.md', 'utf8');
  const files = [...page.matchAll(/<!-- file: (\S+) -->\n\n```\w+\n([\s\S]*?)```/g)].map(
    ([, name, text]) => [name!, text!] as const,
  );
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  return new Map(files);
}

const completed = async (client: OrquestraClient, definition: string): Promise<Instance | undefined> => {
  for await (const { id } of client.listInstances({ definition, status: ['completed'] })) return client.getInstance(id);
  return undefined;
};

withServers('extensions', () => {
  const group = new ProcessGroup();
  afterEach(() => group.end(), 60_000);

  it('the page for newcomers works as it stands: a task and a trigger of files elsewhere', async () => {
    const files = copyFiles();
    expect([...files.keys()]).toEqual(['shout.mjs', 'clock.mjs', 'news.workflow.yaml']);
    const servers = await prepareServers(database as string, broker as string);
    const { url } = await startStandalone(group, {
      dataDir: join(folder, 'data'),
      databaseUrl: servers.databaseUrl,
      env: {
        ORQUESTRA_EXTENSIONS: ['shout.mjs', 'clock.mjs'].map((name) => join(folder, name)).join(','),
        ORQUESTRA_EXAMPLES: 'false',
      },
    });
    const client = new OrquestraClient({ baseUrl: url });
    await client.registerDefinition({ text: files.get('news.workflow.yaml')!, format: 'yaml' });
    const instance = await until(() => completed(client, 'hourly.news'), 15_000);
    expect(instance?.output).toMatch(/^IT IS 2.*!$/);
    const readiness = (await (await fetch(`${url}/health/ready`)).json()) as { checks: Record<string, { detail?: string }> };
    expect(readiness.checks['extensions']?.detail).toBe('shout (task text.shout), clock (trigger clock)');
    await group.end();
    await servers.remove();
  }, 90_000);

  it('one that cannot be loaded ends the start, with the reason', async () => {
    writeFileSync(join(folder, 'broken.mjs'), 'export default { name: "broken", task: [] }');
    const member = group.add({
      name: 'worker',
      entry: 'dist/apps/worker/src/main.js',
      env: { AMQP_URL: broker as string, ORQUESTRA_EXTENSIONS: join(folder, 'broken.mjs') },
      readyLine: /never/,
    });
    await expect(member.start()).rejects.toThrow();
    expect(member.lines.join('\n')).toMatch(
      /^worker: expected .*broken\.mjs \(ORQUESTRA_EXTENSIONS\) to be an extension, but .*"task"/m,
    );
  }, 30_000);

  it('a transport of an extension carries a cluster without RabbitMQ, and its loss loses nothing', async () => {
    const servers = await prepareServers(database as string, broker as string);
    const source = await createDataSource(servers.databaseUrl, { poolSize: 2 }).initialize();
    await migrate(source);
    await source.destroy();
    const port = await freePort();
    const startHub = () =>
      group.start({
        name: 'hub',
        entry: 'dist/examples/extensions/socket/run.js',
        args: [String(port)],
        env: {},
        readyLine: /listens/,
      });
    const hub = await startHub();
    const env = {
      ORQUESTRA_EXTENSIONS: 'dist/examples/extensions/socket/index.js',
      ORQUESTRA_TRANSPORT: 'socket',
      SOCKET_HUB: `127.0.0.1:${port}`,
    };
    const cluster = await new Cluster(group, { databaseUrl: servers.databaseUrl, amqpUrl: '', env }).start();
    const client = new OrquestraClient({ baseUrl: cluster.url });
    const item = { id: 'work', task: 'simulate', input: { durationMs: 20, output: '${item}' } };
    await client.registerDefinition({
      document: {
        name: 'many',
        version: '1.0.0',
        steps: [{ id: 'each', type: 'forEach', items: '${input.items}', concurrency: 20, steps: [item] }],
        output: '${sum(steps.each.output)}',
      },
    });
    const { id } = await client.startInstance({ definition: 'many', input: { items: Array.from({ length: 600 }, (_, n) => n) } });
    await until(async () => ((await client.getInstance(id)).status === 'running' ? true : undefined), 15_000);
    await hub.kill();
    await startHub();
    expect(await client.waitForInstance(id, { timeoutMs: 90_000 })).toMatchObject({ status: 'completed', output: 179_700 });
    await group.end();
    await servers.remove();
  }, 180_000);
});
