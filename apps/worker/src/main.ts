import { MessagingModule } from '#libs/messaging';
import { bootstrap } from '#libs/platform';
import { connectTasks } from '#libs/worker-sdk';
import { WorkerModule } from './worker.module.js';

await bootstrap({
  role: 'worker',
  requires: ['amqpUrl'],
  modules: ({ amqpUrl, profile, examples }) => [
    MessagingModule.forRoot({ kind: 'amqp', url: amqpUrl!, profile }),
    WorkerModule.forRoot({ examples }),
  ],
  start: async (app) => {
    await app.init();
    connectTasks(app);
    await app.startAllMicroservices();
  },
});
