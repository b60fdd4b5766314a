import { type Chaos, chaosFor } from '#libs/chaos';
import { ExtensionsModule, loadExtensions, transportFor } from '#libs/extension-sdk';
import { MessagingModule } from '#libs/messaging';
import { bootstrap } from '#libs/platform';
import { connectTasks } from '#libs/worker-sdk';
import { killableWorker } from './killable-worker.js';
import { WorkerModule } from './worker.module.js';

let chaos: Chaos | undefined;

await bootstrap({
  role: 'worker',
  requires: ['amqpUrl'],
  instead: { amqpUrl: 'transport' },
  modules: async (config) => {
    const extensions = await loadExtensions(config.extensions);
    chaos = chaosFor(config, ['worker']);
    const transport = transportFor(config, extensions);
    return [
      ExtensionsModule.forRoot(extensions),
      MessagingModule.forRoot(chaos?.transport(transport) ?? transport),
      WorkerModule.forRoot({
        examples: config.examples,
        tasks: extensions.flatMap(({ tasks = [] }) => tasks),
        around: chaos?.handler,
      }),
      ...(chaos === undefined ? [] : [chaos.module]),
    ];
  },
  start: async (app) => {
    await app.init();
    connectTasks(app);
    await app.startAllMicroservices();
    if (chaos !== undefined) killableWorker(app, chaos.agent);
  },
});
