import type { InstanceError, Failure } from '../../model/failure.js';
import type { Json } from '../../model/json.js';

interface ChildEnd {
  readonly id: string;
  readonly workflow: string;
  readonly status: string;
  readonly error?: InstanceError;
  /** The child was named by a key, so that another attempt would meet the same instance again. */
  readonly isKeyed: boolean;
}

/**
 * How a `workflow` step fails when its child did: `CHILD_FAILED`, with details `{id, status, origin, error}`. Of children in children, `error` is
 * the one it all began with and `origin` the instance it happened in: each level adds its own child and nothing more, however deep they are.
 * A new child is worth a try unless somebody stopped this one, or its key leads to the same instance again.
 */
export function childFailure({ id, workflow, status, error, isKeyed }: ChildEnd): Failure {
  const { origin, error: first } = beganWith(id, error);
  return {
    code: 'CHILD_FAILED',
    message: `child ${id} of ${workflow} ended as ${status}${first === undefined ? '' : `: ${first.message}`}`,
    details: { id, status, origin, error: first === undefined ? null : (JSON.parse(JSON.stringify(first)) as Json) },
    retryable: status !== 'cancelled' && !isKeyed,
  };
}

function beganWith(id: string, error: InstanceError | undefined): { origin: string; error: InstanceError | undefined } {
  const details = error?.code === 'CHILD_FAILED' ? error.details : undefined;
  if (!isObject(details)) return { origin: id, error };
  const { origin, error: first } = details;
  const isOurs = typeof origin === 'string' && isObject(first) && typeof first['message'] === 'string';
  return isOurs ? { origin, error: first as unknown as InstanceError } : { origin: id, error };
}

function isObject(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
