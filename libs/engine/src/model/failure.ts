import type { Json } from './json.js';

/** How an attempt (or an instance) ended badly. Data, never thrown. */
export interface Failure {
  /** `TIMED_OUT`, `WORKER_LOST`, `HTTP_503` or the handler's own. */
  readonly code: string;
  readonly message: string;
  readonly details?: Json;
  readonly retryable: boolean;
}

/** An attempt that chaos mode has failed, on its own account: the next one is opened at once, and none of the step's attempts is used up. */
export const INJECTED_FAILURE = 'CHAOS_FAULT';

/** The error of an instance: the failure and the step it came from. */
export interface InstanceError {
  readonly code: string;
  readonly message: string;
  readonly details?: Json;
  readonly path?: string;
}
