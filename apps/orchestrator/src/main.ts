import { MessagingModule } from '#libs/messaging';
import { PersistenceModule } from '#libs/persistence';
import { bootstrap } from '#libs/platform';
import { OrchestratorModule } from './orchestrator.module.js';
import { PartitionStrategy } from './ownership/partition-strategy.js';

await bootstrap({
  role: 'orchestrator',
  requires: ['databaseUrl', 'amqpUrl'],
  modules: ({ databaseUrl, amqpUrl, profile, databasePool }) => [
    MessagingModule.forRoot({ kind: 'amqp', url: amqpUrl!, profile }),
    PersistenceModule.forRoot({ url: databaseUrl!, poolSize: databasePool }),
    OrchestratorModule.forRoot(),
  ],
  start: async (app) => {
    app.connectMicroservice({ strategy: app.get(PartitionStrategy) });
    await app.startAllMicroservices();
    await app.init();
  },
});
