import { exampleDefinitions } from '../../../examples/index.js';
import { GatewayModule, serveGateway } from '#apps/gateway';
import { killableOrchestrator, OrchestratorModule, PartitionStrategy } from '#apps/orchestrator';
import { connectTasks, killableWorker, WorkerModule } from '#apps/worker';
import { type Chaos, chaosFor } from '#libs/chaos';
import { OrquestraClient } from '#libs/client';
import { ExtensionsModule, loadExtensions, transportFor } from '#libs/extension-sdk';
import { MessagingModule } from '#libs/messaging';
import { PersistenceModule, persistenceOptions } from '#libs/persistence';
import { bootstrap, type Config } from '#libs/platform';
import { openDatabase, type OpenDatabase } from './database.js';
import { registerExamples } from './examples.js';
import { portIsFree } from './port.js';
import { Progress } from './progress.js';
import { removeState, writeState } from './state-file.js';

const progress = new Progress();
let database: OpenDatabase | undefined;
let stateIn: string | undefined;
let chaos: Chaos | undefined;

async function modules(config: Config) {
  const extensions = await loadExtensions(config.extensions);
  const transport = transportFor(config, extensions);
  chaos = chaosFor({ ...config, supervised: false }, ['gateway', 'orchestrator', 'worker']); // one process is everybody: it is never ended
  await portIsFree(config.port, config.host);
  database = await openDatabase(config, progress, () => process.kill(process.pid, 'SIGTERM'));
  return [
    ExtensionsModule.forRoot(extensions),
    MessagingModule.forRoot(chaos?.transport(transport) ?? transport),
    PersistenceModule.forRoot(persistenceOptions(database.url, config, chaos?.socket)),
    GatewayModule.forRoot({ sources: extensions.flatMap(({ triggers = [] }) => triggers) }),
    OrchestratorModule.forRoot({ takeStaleLeases: database.isOurs }),
    WorkerModule.forRoot({
      examples: config.examples,
      tasks: extensions.flatMap(({ tasks = [] }) => tasks),
      around: chaos?.handler,
    }),
    ...(chaos === undefined ? [] : [chaos.module]),
  ];
}

await bootstrap({
  role: 'standalone',
  defaults: { partitions: '2', logLevel: 'warn' },
  modules,
  start: async (app, config) => {
    const url = await progress.stage(
      'services',
      async () => {
        const address = await serveGateway(app); // the transport is connected with it
        app.connectMicroservice({ strategy: app.get(PartitionStrategy) });
        connectTasks(app);
        await app.startAllMicroservices();
        if (chaos !== undefined) {
          killableWorker(app, chaos.agent);
          killableOrchestrator(app, chaos.agent);
        }
        return address;
      },
      () =>
        `gateway, orchestrator, worker; ${config.transport ?? (config.amqpUrl === undefined ? 'in-process transport' : 'RabbitMQ')}`,
    );
    const { port } = new URL(url);
    stateIn = config.dataDir;
    await writeState(config.dataDir, { url, port: Number(port), pid: process.pid, databaseUrl: database?.url ?? '' });
    if (config.examples) await examples(url);
    progress.say(`\nOrquestraX is running: http://localhost:${port}\n`);
  },
  afterClose: async () => {
    if (stateIn !== undefined) await removeState(stateIn);
    await database?.close();
  },
});

async function examples(baseUrl: string): Promise<void> {
  const { refused } = await progress.stage(
    'example workflows',
    () => registerExamples(new OrquestraClient({ baseUrl }), exampleDefinitions()),
    ({ registered }) => `${registered.length} registered`,
  );
  for (const { file, reason } of refused) progress.say(`  ${file} is not registered: ${reason}`);
}
