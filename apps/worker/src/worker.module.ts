import { type DynamicModule, Module } from '@nestjs/common';
import { CONFIG, type Config, ROOT_LOGGER, type RootLogger } from '#libs/platform';
import { type TaskRegistry, TaskWorkerModule, type TaskWorkerOptions } from '#libs/worker-sdk';
import { exampleHandlers } from '../../../examples/handlers.js';
import { registerBuiltIns } from './tasks/index.js';
import { version } from './version.js';
import { WorkerObservation } from './worker-observation.js';

export interface WorkerModuleOptions {
  /** Serve the tasks of the examples too; default true. */
  readonly examples?: boolean;
}

/** Our worker: the built-in tasks, and those of the examples. Needs `PlatformModule` and `MessagingModule`; `connectTasks` makes it serve. */
@Module({})
export class WorkerModule {
  static forRoot({ examples = true }: WorkerModuleOptions = {}): DynamicModule {
    const worker = TaskWorkerModule.forRootAsync({
      inject: [CONFIG, ROOT_LOGGER],
      useFactory: (config: Config, logger: RootLogger) => optionsOf(config, logger),
    });
    return { module: WorkerModule, imports: [worker], providers: [WorkerObservation, ...(examples ? exampleHandlers : [])] };
  }
}

function optionsOf(config: Config, logger: RootLogger): TaskWorkerOptions {
  return {
    id: config.nodeId,
    logger,
    concurrency: config.workerConcurrency,
    labels: config.workerLabels,
    version,
    graceMs: config.shutdownGraceMs,
    register: (tasks: TaskRegistry) => registerBuiltIns(tasks, { allowPrivate: config.httpAllowPrivate }),
  };
}
