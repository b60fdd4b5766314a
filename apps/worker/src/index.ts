export { WorkerModule, type WorkerModuleOptions } from './worker.module.js';
export { killableWorker } from './killable-worker.js';
export { builtInContracts } from './tasks/index.js';
export { connectTasks, TaskStrategy } from '#libs/worker-sdk';
