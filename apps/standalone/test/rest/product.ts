import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GatewayModule, serveGateway } from '#apps/gateway';
import { OrchestratorModule, PartitionStrategy } from '#apps/orchestrator';
import { connectTasks, WorkerModule } from '#apps/worker';
import { type ApiProblem, OrquestraClient } from '#libs/client';
import type { Instance, StartRequest, Step } from '#libs/contracts';
import { isEnded, type JsonObject } from '#libs/engine';
import { MemoryBroker, MessagingModule } from '#libs/messaging';
import { PersistenceModule } from '#libs/persistence';
import { loadConfig, PlatformModule } from '#libs/platform';
import { until } from '#libs/testing';
import { servers } from '../../../../libs/persistence/src/testing/test-servers.js';

const patienceMs = 15_000;

type Database = Awaited<ReturnType<(typeof servers)[number]['migrated']>>;

/** Gateway, orchestrator and worker in this process, on a fresh database of the real server; seen only through its REST API. */
export class Product {
  private constructor(
    readonly client: OrquestraClient,
    readonly url: string,
    /** Lines logged at `error`. */
    readonly errors: readonly string[],
    private readonly app: INestApplication,
    readonly database: Database,
  ) {}

  /** @param given the database of one that was stopped */
  static async open(given?: Database): Promise<Product> {
    const database = given ?? (await servers[0]!.migrated());
    const errors: string[] = [];
    const config = loadConfig({ PORT: '0', ORQUESTRA_LOG_LEVEL: 'error', ORQUESTRA_PARTITIONS: '2' });
    const app = await NestFactory.create(
      {
        module: class Root {},
        imports: [
          PlatformModule.forRoot(config, { role: 'standalone', logStream: { write: (line) => void errors.push(line) } }),
          MessagingModule.forRoot({ kind: 'memory', broker: new MemoryBroker() }),
          PersistenceModule.forRoot({ url: database.url, poolSize: 8 }),
          GatewayModule.forRoot(),
          OrchestratorModule.forRoot({ takeStaleLeases: true }),
          WorkerModule.forRoot({ examples: false }),
        ],
      },
      { bodyParser: false, abortOnError: false, logger: false },
    );
    const url = await serveGateway(app);
    app.connectMicroservice({ strategy: app.get(PartitionStrategy) });
    connectTasks(app);
    await app.startAllMicroservices();
    return new Product(new OrquestraClient({ baseUrl: url }), url, errors, app, database);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.database.drop();
  }

  /** SIGTERM, and a new start on the same database. */
  async restart(): Promise<Product> {
    await this.app.close();
    return Product.open(this.database);
  }

  register(name: string, steps: readonly object[], rest: object = {}): Promise<unknown> {
    return this.client.registerDefinition({ document: { name, version: '1.0.0', steps, ...rest } });
  }

  async start(definition: string, input: JsonObject = {}, rest: Partial<StartRequest> = {}): Promise<string> {
    return (await this.client.startInstance({ definition, input, ...rest })).id;
  }

  /** @returns the instance as soon as it is as wanted */
  async when(id: string, isWanted: (instance: Instance) => unknown): Promise<Instance> {
    let last: Instance | undefined;
    const found = await until(async () => {
      last = await this.client.getInstance(id);
      return isWanted(last) || isEnded(last.status) ? last : undefined;
    }, patienceMs);
    if (found !== undefined && isWanted(found)) return found;
    const { status, error, waitingFor } = last!;
    throw new Error(`expected another state of ${id}, but found ${JSON.stringify({ status, error, waitingFor })}`);
  }

  /** @returns the instance as soon as one of its open steps waits for this reason */
  waitsFor(id: string, reason: string): Promise<Instance> {
    return this.when(id, ({ waitingFor }) => waitingFor.some((each) => each.reason === reason));
  }

  end(id: string): Promise<Instance> {
    return this.client.waitForInstance(id, { timeoutMs: patienceMs });
  }

  async step(id: string, path: string): Promise<Step> {
    const step = (await this.client.steps(id, { under: path, withData: true })).find((each) => each.path === path);
    if (step === undefined) throw new Error(`expected a step ${path}, but there is none`);
    return step;
  }
}

/** What a call was refused with. */
export async function refusal(call: Promise<unknown>): Promise<Pick<ApiProblem, 'status' | 'code' | 'errors'>> {
  const answer = await call.then(
    (value) => ({ value }),
    (problem: ApiProblem) => problem,
  );
  if ('value' in answer) throw new Error(`expected a refusal, but was answered ${JSON.stringify(answer.value)}`);
  const { status, code, errors } = answer;
  return { status, code, errors };
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
