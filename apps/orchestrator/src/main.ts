import { type Chaos, chaosFor } from '#libs/chaos';
import { ExtensionsModule, loadExtensions, transportFor } from '#libs/extension-sdk';
import { MessagingModule } from '#libs/messaging';
import { PersistenceModule, persistenceOptions } from '#libs/persistence';
import { bootstrap } from '#libs/platform';
import { OrchestratorModule } from './orchestrator.module.js';
import { killableOrchestrator } from './ownership/killable-orchestrator.js';
import { PartitionStrategy } from './ownership/partition-strategy.js';

let chaos: Chaos | undefined;

await bootstrap({
  role: 'orchestrator',
  requires: ['databaseUrl', 'amqpUrl'],
  instead: { amqpUrl: 'transport' },
  modules: async (config) => {
    const extensions = await loadExtensions(config.extensions);
    chaos = chaosFor(config, ['orchestrator']);
    const transport = transportFor(config, extensions);
    return [
      ExtensionsModule.forRoot(extensions),
      MessagingModule.forRoot(chaos?.transport(transport) ?? transport),
      PersistenceModule.forRoot(persistenceOptions(config.databaseUrl!, config, chaos?.socket)),
      OrchestratorModule.forRoot(),
      ...(chaos === undefined ? [] : [chaos.module]),
    ];
  },
  start: async (app) => {
    app.connectMicroservice({ strategy: app.get(PartitionStrategy) });
    await app.startAllMicroservices();
    await app.init();
    if (chaos !== undefined) killableOrchestrator(app, chaos.agent);
  },
});
