import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { stepKey } from '#libs/contracts';
import type { TaskContract } from '../handlers/task-contract.js';
import type { HandlerOptions } from '../handlers/task-registry.js';

/** Marks the handlers of this transport: no other microservice of the same process is given them. */
export const tasksTransport = Symbol('orquestra.tasks');
/** Key of `TaskMark` in the extras of the message pattern. */
const markKey = 'orquestraTask';

/** What the decorator wrote on a method. */
export interface TaskMark {
  readonly contract: TaskContract;
  readonly options: HandlerOptions;
}

// Nest's own keys, written by `MessagePattern` and `Payload`; it does not export them.
const extrasMetadata = 'microservices:pattern_extras';
const argumentsMetadata = '__routeArguments__';

/**
 * Makes a method of a controller or provider the handler of a task. Guards, interceptors, pipes and filters work as on any message handler; errors
 * reach the retry policy of the step as they were thrown.
 *
 * The method gets the step's input and a `TaskContext`; what it returns is the output. A throw is a failure: a `TaskFailure` says itself whether a retry may help, any
 * other error is retried by the step's policy.
 * As in every message handler of Nest, pipes see both arguments: the input with type `body`, the context with type `custom`.
 * @param task a name, or a contract whose schemas are then checked
 */
export function TaskHandler(task: string | TaskContract, options: HandlerOptions = {}): MethodDecorator {
  const contract: TaskContract = typeof task === 'string' ? { name: task } : task;
  return (target, key, descriptor) => {
    if (Reflect.getMetadata(argumentsMetadata, target.constructor, key) === undefined) {
      Payload()(target, key, 0);
      Ctx()(target, key, 1);
    }
    const mark: TaskMark = { contract, options };
    const pattern = stepKey(options.queue ?? 'default', contract.name);
    return MessagePattern(pattern, tasksTransport, { [markKey]: mark })(
      target,
      key,
      descriptor as TypedPropertyDescriptor<unknown>,
    ) as typeof descriptor;
  };
}

/** What `@TaskHandler` wrote on this method, if anything. */
export function taskMarkOf(method: unknown): TaskMark | undefined {
  return typeof method === 'function' ? markIn(Reflect.getMetadata(extrasMetadata, method)) : undefined;
}

export function markIn(extras: unknown): TaskMark | undefined {
  return (extras as Record<string, TaskMark | undefined> | undefined)?.[markKey];
}
