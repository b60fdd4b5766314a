import { ConfigurableModuleBuilder, Inject, Module, type OnModuleDestroy } from '@nestjs/common';
import { TRANSPORT, type Transport } from '#libs/messaging';
import { type RegisteredTask, TaskRegistry } from '../handlers/task-registry.js';
import { Worker, type WorkerOptions } from '../worker/worker.js';
import { TaskStrategy } from './task-strategy.js';

export interface TaskWorkerOptions extends Omit<WorkerOptions, 'transport' | 'registry'> {
  /** Lanes that handlers serve which name none; default `default`. */
  readonly queues?: readonly string[];
  /** Adds handlers that are plain functions. */
  readonly register?: (registry: TaskRegistry) => void;
  /** Put around every handler. */
  readonly around?: (handler: RegisteredTask) => RegisteredTask;
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<TaskWorkerOptions>()
  .setClassMethodName('forRoot')
  .build();

const registry = {
  provide: TaskRegistry,
  inject: [MODULE_OPTIONS_TOKEN],
  useFactory: ({ queues, register }: TaskWorkerOptions): TaskRegistry => {
    const made = new TaskRegistry(queues);
    register?.(made);
    return made;
  },
};

const strategy = {
  provide: TaskStrategy,
  inject: [TaskRegistry, TRANSPORT, MODULE_OPTIONS_TOKEN],
  useFactory: (tasks: TaskRegistry, transport: Transport, options: TaskWorkerOptions): TaskStrategy =>
    new TaskStrategy(tasks, () => {
      const { around } = options;
      return new Worker({ ...options, transport, registry: around === undefined ? tasks : tasks.wrapped(around) });
    }),
};

/**
 * A worker for any Nest app: serves the `@TaskHandler` methods of its controllers and providers. Needs `MessagingModule`; start it with `connectTasks(app)` and
 * `app.startAllMicroservices()`.
 */
@Module({ providers: [registry, strategy], exports: [TaskRegistry, TaskStrategy] })
export class TaskWorkerModule extends ConfigurableModuleClass implements OnModuleDestroy {
  constructor(@Inject(TaskStrategy) private readonly strategy: TaskStrategy) {
    super();
  }

  /** Drains as early as Nest allows; what handlers use is best closed in `onApplicationShutdown`, which always comes later. */
  async onModuleDestroy(): Promise<void> {
    await this.strategy.close();
  }
}
