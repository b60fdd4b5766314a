import { InjectedFailure, type RegisteredTask, TaskFailure } from '#libs/worker-sdk';
import type { ChaosAgent } from './chaos-agent.js';
import type { ItemFault } from './decide.js';

/** Where compensations run: `<path>/~undo`. */
const undoEnding = '/~undo';
/** An injected failure that counts as an attempt of its step. */
export const COUNTED_FAILURE = 'CHAOS_FAILURE';

/**
 * A handler that may fail before it runs, or lose its outcome after it has. Such an attempt is a lost one: the next is opened at once and none is used
 * up, unless instances may fail; then it is a failure like any other, and the step's own policy decides.
 */
export function withFaults(agent: ChaosAgent, handler: RegisteredTask): RegisteredTask {
  const { queue } = handler;
  const invoke: RegisteredTask['invoke'] = (input, step) => {
    const { instanceId, path, definition, attempt } = step;
    const strikes = (kind: ItemFault, words: string): void => {
      if (agent.hit(kind, { definitions: [definition], queue }, attempt) === undefined) return;
      agent.record({ kind, target: `${queue} ${handler.task}`, ms: null, steps: [{ instanceId, path }] });
      const message = `chaos mode ${words}`;
      throw agent.mayFailInstances ? new TaskFailure(COUNTED_FAILURE, message, undefined, true) : new InjectedFailure(message);
    };
    const lose = <T>(result: T): T => {
      if (agent.mayFailInstances || !step.isClaimed) strikes('crashHandler', 'lost the outcome of this attempt');
      return result;
    };
    if (!agent.isOn) return handler.invoke(input, step);
    strikes(path.endsWith(undoEnding) ? 'failCompensation' : 'failStep', 'failed this attempt before its handler ran');
    const result = handler.invoke(input, step);
    return result instanceof Promise ? result.then(lose) : lose(result);
  };
  return { ...handler, invoke };
}
