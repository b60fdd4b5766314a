import { MessagingModule } from '#libs/messaging';
import { PersistenceModule } from '#libs/persistence';
import { bootstrap } from '#libs/platform';
import { GatewayModule } from './gateway.module.js';
import { serveGateway } from './serve-gateway.js';

await bootstrap({
  role: 'gateway',
  requires: ['databaseUrl', 'amqpUrl'],
  modules: ({ databaseUrl, databasePool, amqpUrl, profile }) => [
    MessagingModule.forRoot({ kind: 'amqp', url: amqpUrl!, profile }),
    PersistenceModule.forRoot({ url: databaseUrl!, poolSize: databasePool }),
    GatewayModule.forRoot(),
  ],
  start: async (app) => void (await serveGateway(app)),
});
