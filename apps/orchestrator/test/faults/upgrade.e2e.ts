import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrquestraClient } from '#libs/client';
import { Cluster, migrate, PgCluster, ProcessGroup, RabbitNode, until, verify } from '#libs/testing';
import { describeWithServers } from './fixture.js';
import { endsOf } from './instances.js';

/** The version before: a commit of this repository, whose dependencies are those of today. */
const before = 'ddb174cb3ad0c8371adc113e2a5d89e5213b7bb4';
const hasHistory = spawnSync('git', ['cat-file', '-e', `${before}^{commit}`], { stdio: 'ignore' }).status === 0;
if (!hasHistory)
  process.stderr.write(`upgrade.e2e.ts is skipped: this checkout has no history, and no commit ${before.slice(0, 7)}\n`);
const describeWithHistory = hasHistory ? describeWithServers : describe.skip;

/** Long enough that instances live through the change of version. */
const definition = {
  name: 'upgrade.order',
  version: '1.0.0',
  steps: [
    { id: 'reserve', task: 'simulate', input: { durationMs: 20 }, compensate: { task: 'simulate', input: { durationMs: 1 } } },
    { id: 'pause', type: 'sleep', for: '3s' },
    { id: 'lines', type: 'forEach', items: [1, 2, 3], steps: [{ id: 'pack', task: 'simulate', input: { durationMs: 20 } }] },
    { id: 'guard', type: 'try', steps: [{ id: 'bad', type: 'fail', code: 'BOOM' }], catch: [{ steps: [{ id: 'mend', task: 'simulate', input: { durationMs: 5 } }] }] },
  ],
}; // prettier-ignore

function buildOld(folder: string): void {
  const archive = execFileSync('git', ['archive', before, 'apps', 'libs', 'examples', 'package.json', '.swcrc'], {
    maxBuffer: 256 * 1024 * 1024,
  });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  execFileSync(join(folder, 'node_modules/.bin/swc'), ['apps', 'libs', 'examples', '-d', 'dist', '--quiet'], { cwd: folder });
}

/** Starts instances one after the other, in several lines at once, until it is ended. */
class Load {
  readonly ids: string[] = [];
  readonly errors: string[] = [];
  private isOver = false;
  private readonly lines: Promise<void>[];

  /** @param target asked before each start: the gateway to be used now */
  constructor(target: () => OrquestraClient) {
    this.lines = Array.from({ length: 3 }, async () => {
      while (!this.isOver) {
        try {
          this.ids.push((await target().startInstance({ definition: definition.name, input: {} })).id);
        } catch (error) {
          this.errors.push(String(error));
        }
      }
    });
  }

  /** Resolves when so many more have been accepted. */
  async more(count: number): Promise<void> {
    const wanted = this.ids.length + count;
    if ((await until(() => (this.ids.length >= wanted ? true : undefined), 60_000)) === undefined)
      throw new Error(`expected ${count} more starts, errors: ${this.errors.slice(-3).join('; ')}`);
  }

  async end(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.lines);
  }
}

describeWithHistory('two versions', () => {
  const stack = new AsyncDisposableStack();
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'orquestra-old-'));
    mkdirSync(folder, { recursive: true });
    stack.defer(() => rmSync(folder, { recursive: true, force: true }));
    buildOld(folder);
  }, 120_000);
  afterAll(() => stack.disposeAsync(), 60_000);

  it('migrate, run side by side, upgrade and roll back under load: no error, every instance completes, nothing is violated', async () => {
    const database = stack.use(await PgCluster.start());
    const broker = stack.use(await RabbitNode.start());
    const [oldGroup, newGroup] = [stack.use(new ProcessGroup(folder)), stack.use(new ProcessGroup())];
    const servers = { databaseUrl: database.url, amqpUrl: broker.url, counts: { gateway: 1, orchestrator: 1, worker: 1 } };
    await migrate(oldGroup, database.url);
    const old = await new Cluster(oldGroup, servers).start();
    const clients = [new OrquestraClient({ baseUrl: old.url })];
    await clients[0]!.registerDefinition({ document: definition });

    let turn = 0;
    const load = new Load(() => clients[(turn += 1) % clients.length]!);
    stack.defer(() => load.end());
    await load.more(30);
    await migrate(newGroup, database.url); // the old version serves meanwhile
    await load.more(30);

    const now = await new Cluster(newGroup, servers).start();
    clients.push(new OrquestraClient({ baseUrl: now.url }));
    await load.more(100); // side by side

    clients.shift();
    await load.more(10); // nobody asks the old gateway any more
    await Promise.all(old.members.map((member) => member.stop()));
    await load.more(50); // the new version alone

    await Promise.all(old.members.map((member) => member.start()));
    clients.push(new OrquestraClient({ baseUrl: old.url }));
    await load.more(50);
    clients.shift();
    await load.more(10);
    await Promise.all(now.members.map((member) => member.stop()));
    await load.more(50); // rolled back: the old version on the new schema
    await load.end();

    expect(load.errors).toEqual([]);
    expect(await endsOf(new OrquestraClient({ baseUrl: old.url }), load.ids, 120_000)).toEqual({ completed: load.ids.length });
    expect(await verify(newGroup, { databaseUrl: database.url })).toMatchObject({ checked: load.ids.length, violations: 0 });
  }, 300_000);
});
