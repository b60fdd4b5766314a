import { ExtensionsModule, loadExtensions, transportFor } from '#libs/extension-sdk';
import { MessagingModule } from '#libs/messaging';
import { bootstrap } from '#libs/platform';
import { connectTasks } from '#libs/worker-sdk';
import { WorkerModule } from './worker.module.js';

await bootstrap({
  role: 'worker',
  requires: ['amqpUrl'],
  instead: { amqpUrl: 'transport' },
  modules: async (config) => {
    const extensions = await loadExtensions(config.extensions);
    return [
      ExtensionsModule.forRoot(extensions),
      MessagingModule.forRoot(transportFor(config, extensions)),
      WorkerModule.forRoot({ examples: config.examples, tasks: extensions.flatMap(({ tasks = [] }) => tasks) }),
    ];
  },
  start: async (app) => {
    await app.init();
    connectTasks(app);
    await app.startAllMicroservices();
  },
});
