import { AsyncLocalStorage } from 'node:async_hooks';

/** What a request of HTTP was let in with. */
export interface Pass {
  /**
   * It only waits from now on, and its place is free for others.
   * @returns false when too many wait already: it is to be answered with what there is
   */
  stepAside(): boolean;
}

/** The pass of the request under way; nothing for what comes from elsewhere, e.g. a command of AMQP. */
export const passes = new AsyncLocalStorage<Pass>();

/** Called by whoever is about to wait for something outside of the gateway: an end, a decision, news. */
export const stepAside = (): boolean => passes.getStore()?.stepAside() ?? true;
