import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { TaskContext } from '../handlers/task-context.js';
import type { TaskRegistry } from '../handlers/task-registry.js';
import { type Worker } from '../worker/worker.js';
import { nestResult } from './nest-result.js';
import { markIn, tasksTransport } from './task-handler.js';

/**
 * The worker as a Nest microservice: `listen` serves the registered tasks, `close` drains. Nest adds
 * the `@TaskHandler` methods it finds. Connect it with `connectTasks`.
 */
export class TaskStrategy extends Server implements CustomTransportStrategy {
  override readonly transportId = tasksTransport;
  private worker?: Worker;

  constructor(
    private readonly registry: TaskRegistry,
    private readonly makeWorker: () => Worker,
  ) {
    super();
  }

  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    super.addHandler(pattern, callback, isEventHandler, extras);
    const mark = markIn(extras);
    if (mark === undefined) return;
    const { contract, options } = mark;
    this.registry.add({
      task: contract.name,
      queue: options.queue,
      concurrency: options.concurrency,
      contract,
      invoke: (input, step: TaskContext) => nestResult(callback(input, step)),
    });
  }

  listen(callback: (error?: unknown) => void): void {
    try {
      this.worker = this.makeWorker();
    } catch (error) {
      return callback(error);
    }
    this.worker.start().then(() => callback(), callback);
  }

  /** Drains; idempotent. */
  async close(): Promise<void> {
    await this.worker?.drain();
  }

  /** The worker dies with all it holds, and a new one takes its place. For chaos mode. */
  async crash(): Promise<void> {
    await this.worker?.crash();
    this.worker = this.makeWorker();
    await this.worker.start();
  }

  on(): never {
    throw new Error('expected no listeners: a worker tells its state by `stats()` and its announcements');
  }

  /** The running worker. */
  unwrap<T = Worker>(): T {
    return this.worker as T;
  }
}
