import { chaosFor } from '#libs/chaos';
import { ExtensionsModule, loadExtensions, transportFor } from '#libs/extension-sdk';
import { MessagingModule } from '#libs/messaging';
import { PersistenceModule, persistenceOptions } from '#libs/persistence';
import { bootstrap } from '#libs/platform';
import { GatewayModule } from './gateway.module.js';
import { serveGateway } from './serve-gateway.js';

await bootstrap({
  role: 'gateway',
  requires: ['databaseUrl', 'amqpUrl'],
  instead: { amqpUrl: 'transport' },
  modules: async (config) => {
    const extensions = await loadExtensions(config.extensions);
    const chaos = chaosFor(config, ['gateway']);
    const transport = transportFor(config, extensions);
    return [
      ExtensionsModule.forRoot(extensions),
      MessagingModule.forRoot(chaos?.transport(transport) ?? transport),
      PersistenceModule.forRoot(persistenceOptions(config.databaseUrl!, config, chaos?.socket)),
      GatewayModule.forRoot({ sources: extensions.flatMap(({ triggers = [] }) => triggers) }),
      ...(chaos === undefined ? [] : [chaos.module]),
    ];
  },
  start: async (app) => void (await serveGateway(app)),
});
