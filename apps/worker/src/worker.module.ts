import { type DynamicModule, Module } from '@nestjs/common';
import { contractOf, type TaskExtension } from '#libs/extension-sdk';
import { CONFIG, type Config, productVersion, ROOT_LOGGER, type RootLogger } from '#libs/platform';
import { type TaskRegistry, TaskWorkerModule, type TaskWorkerOptions } from '#libs/worker-sdk';
import { exampleHandlers } from '../../../examples/handlers.js';
import { registerBuiltIns } from './tasks/index.js';
import { WorkerObservation } from './worker-observation.js';

export interface WorkerModuleOptions {
  /** Serve the tasks of the examples too; default true. */
  readonly examples?: boolean;
  /** Of extensions. */
  readonly tasks?: readonly TaskExtension[];
  /** Put around every handler. */
  readonly around?: TaskWorkerOptions['around'];
}

/** Our worker: the built-in tasks, and those of the examples. Needs `PlatformModule` and `MessagingModule`; `connectTasks` makes it serve. */
@Module({})
export class WorkerModule {
  static forRoot({ examples = true, tasks = [], around }: WorkerModuleOptions = {}): DynamicModule {
    const worker = TaskWorkerModule.forRootAsync({
      inject: [CONFIG, ROOT_LOGGER],
      useFactory: (config: Config, logger: RootLogger) => ({ ...optionsOf(config, logger, tasks), around }),
    });
    return { module: WorkerModule, imports: [worker], providers: [WorkerObservation, ...(examples ? exampleHandlers : [])] };
  }
}

function optionsOf(config: Config, logger: RootLogger, own: readonly TaskExtension[]): TaskWorkerOptions {
  return {
    id: config.nodeId,
    logger,
    concurrency: config.workerConcurrency,
    prefetch: config.workerPrefetch,
    queues: config.workerQueues,
    labels: config.workerLabels,
    version: productVersion,
    heartbeatMs: config.workerHeartbeatMs,
    memoryBytes: config.workerMemory,
    graceMs: config.shutdownGraceMs,
    register: (tasks: TaskRegistry) => {
      registerBuiltIns(tasks, { allowPrivate: config.httpAllowPrivate });
      for (const task of own) registerExtension(tasks, task);
    },
  };
}

function registerExtension(tasks: TaskRegistry, task: TaskExtension): void {
  tasks.register(contractOf(task), (input, step) => task.run(input as never, step), {
    ...(task.queue !== undefined && { queue: task.queue }),
    ...(task.concurrency !== undefined && { concurrency: task.concurrency }),
  });
}
