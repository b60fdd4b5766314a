import type { Json } from './json.js';

/** How an attempt (or an instance) ended badly. Data, never thrown. */
export interface Failure {
  /** `TIMED_OUT`, `WORKER_LOST`, `HTTP_503` or the handler's own. */
  readonly code: string;
  readonly message: string;
  readonly details?: Json;
  readonly retryable: boolean;
}

/** The error of an instance: the failure and the step it came from. */
export interface InstanceError {
  readonly code: string;
  readonly message: string;
  readonly details?: Json;
  readonly path?: string;
}
