import { ExtensionsModule, loadExtensions, transportFor } from '#libs/extension-sdk';
import { MessagingModule } from '#libs/messaging';
import { PersistenceModule, persistenceOptions } from '#libs/persistence';
import { bootstrap } from '#libs/platform';
import { OrchestratorModule } from './orchestrator.module.js';
import { PartitionStrategy } from './ownership/partition-strategy.js';

await bootstrap({
  role: 'orchestrator',
  requires: ['databaseUrl', 'amqpUrl'],
  instead: { amqpUrl: 'transport' },
  modules: async (config) => {
    const extensions = await loadExtensions(config.extensions);
    return [
      ExtensionsModule.forRoot(extensions),
      MessagingModule.forRoot(transportFor(config, extensions)),
      PersistenceModule.forRoot(persistenceOptions(config.databaseUrl!, config)),
      OrchestratorModule.forRoot(),
    ];
  },
  start: async (app) => {
    app.connectMicroservice({ strategy: app.get(PartitionStrategy) });
    await app.startAllMicroservices();
    await app.init();
  },
});
