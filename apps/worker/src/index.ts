export { WorkerModule, type WorkerModuleOptions } from './worker.module.js';
export { builtInContracts } from './tasks/index.js';
export { connectTasks, TaskStrategy } from '#libs/worker-sdk';
