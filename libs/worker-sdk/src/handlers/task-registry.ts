import { type Json, QUEUE_SHAPE, TASK_SHAPE } from '#libs/engine';
import type { TaskContext } from './task-context.js';
import type { TaskContract } from './task-contract.js';

export interface HandlerOptions {
  /** Steps of this task at once in this worker; default and bound: the worker's concurrency. */
  readonly concurrency?: number;
  /** Lane of task work it serves; default: those of the worker. */
  readonly queue?: string;
}

/** One task this worker runs, however it was written: as a `@TaskHandler` method or as a plain function. */
export interface RegisteredTask {
  readonly task: string;
  readonly queue: string;
  readonly concurrency?: number;
  readonly contract: TaskContract;
  readonly invoke: (input: Json, step: TaskContext) => unknown;
}

/** A handler as it is declared; without a queue it serves those of the worker. */
export type DeclaredTask = Omit<RegisteredTask, 'queue'> & Pick<HandlerOptions, 'queue'>;

/** Two handlers of one worker for the same task and queue; one would never run. */
export class DuplicateHandlerError extends Error {
  readonly code = 'DUPLICATE_HANDLER';
  constructor(
    readonly task: string,
    readonly queue: string,
  ) {
    super(`expected one handler for task "${task}" of queue "${queue}", but there are two: remove one or give it another queue`);
    this.name = 'DuplicateHandlerError';
  }
}

/** A handler that cannot be served as it is declared. */
export class InvalidHandlerError extends Error {
  readonly code = 'INVALID_HANDLER';
  override readonly name = 'InvalidHandlerError';
}

/** What a worker serves. Filled before it starts. */
export class TaskRegistry {
  private readonly registered = new Map<string, RegisteredTask>();

  /** @param queues lanes that handlers serve which name none */
  constructor(private readonly queues: readonly string[] = ['default']) {}

  /**
   * Serves a task with a plain function.
   * @throws DuplicateHandlerError, InvalidHandlerError
   */
  register<Input, Output>(
    task: string | TaskContract<Input, Output>,
    invoke: (input: Input, step: TaskContext) => Output | Promise<Output>,
    options: HandlerOptions = {},
  ): void {
    const contract = (typeof task === 'string' ? { name: task } : task) as TaskContract;
    this.add({
      task: contract.name,
      queue: options.queue,
      concurrency: options.concurrency,
      contract,
      invoke: invoke as RegisteredTask['invoke'],
    });
  }

  /** @throws DuplicateHandlerError, InvalidHandlerError */
  add({ queue: own, ...handler }: DeclaredTask): void {
    for (const queue of own === undefined ? this.queues : [own]) this.addTo({ ...handler, queue });
  }

  all(): readonly RegisteredTask[] {
    return [...this.registered.values()];
  }

  /** The same tasks, each handler as `around` makes it. */
  wrapped(around: (handler: RegisteredTask) => RegisteredTask): TaskRegistry {
    const made = new TaskRegistry(this.queues);
    for (const handler of this.registered.values()) made.addTo(around(handler));
    return made;
  }

  private addTo(handler: RegisteredTask): void {
    const { task, queue, concurrency } = handler;
    if (!TASK_SHAPE.test(task))
      throw new InvalidHandlerError(`expected a task of at most 128 letters, digits, . _ -, but was "${task}"`);
    if (!QUEUE_SHAPE.test(queue))
      throw new InvalidHandlerError(`expected a queue of at most 63 letters, digits, _ -, but was "${queue}"`);
    if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency >= 1))
      throw new InvalidHandlerError(`expected a whole concurrency >= 1 for task "${task}", but was ${concurrency}`);
    const key = `${queue} ${task}`;
    if (this.registered.has(key)) throw new DuplicateHandlerError(task, queue);
    this.registered.set(key, handler);
  }
}
