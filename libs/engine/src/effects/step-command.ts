import type { Json } from '../model/json.js';
import { DEFAULT_TIMEOUT_MS } from '../compile/read-work.js';
import type { Duration, Plan } from '../model/plan.js';
import type { Placement } from '../placement/placement.js';
import { fenceAround } from '../decide/locks/enter-lock.js';
import { idempotencyKey } from './idempotency-key.js';
import { siteAt } from '../state/site.js';
import { isUndoPath } from '../state/undo-run.js';
import { ctxOf } from '../state/ctx.js';
import type { InstanceState } from '../state/instance-state.js';

/** Deliveries of one attempt from which on it must be claimed before it runs. */
const claimedFromDelivery = 3;

/** What a worker must know to run the open attempt of a step. Inputs given as `ctx` are materialised only here. */
export interface StepCommandFacts {
  readonly instanceId: string;
  readonly token: number;
  readonly path: string;
  readonly attempt: number;
  readonly task: string;
  readonly queue: string;
  readonly input: Json;
  readonly idempotencyKey: string;
  readonly timeoutMs: number;
  readonly heartbeatMs?: number;
  /** What the attempt before told with its last heartbeat. */
  readonly lastProgress?: Json;
  readonly claimed: boolean;
  readonly delivery: number;
  readonly definition: string;
  readonly version: string;
  /** Of the innermost lock around it: other systems can refuse whoever shows an older one. */
  readonly fence?: number;
  /** Of the worker's slots, when it takes more than one; and bytes. */
  readonly slots?: number;
  readonly memory?: number;
  /** Why it was sent to this worker: it has its affinity value, or it had room. */
  readonly bound?: 'affinity' | 'room';
}

export function stepCommand(plan: Plan, state: InstanceState, path: string): StepCommandFacts {
  const site = siteAt(plan, path)!;
  const { step } = site;
  const own = state.step(path);
  const delivery = own.delivery ?? 1;
  const fence = isUndoPath(path) ? undefined : fenceAround(plan, state, site.scopePath);
  const heartbeatMs = own.heartbeatMs ?? literalMs(step.heartbeat);
  return {
    instanceId: state.id,
    token: own.token!,
    path,
    attempt: own.attempt,
    task: own.task!,
    queue: own.queue!,
    input: own.input !== undefined ? own.input : ctxOf(plan, state, site),
    idempotencyKey: idempotencyKey(state, path),
    timeoutMs: own.timeoutMs ?? literalMs(step.timeout) ?? DEFAULT_TIMEOUT_MS,
    ...(heartbeatMs !== undefined && { heartbeatMs }),
    ...(own.progress !== undefined && { lastProgress: own.progress }),
    claimed: step.isClaimed || delivery >= claimedFromDelivery,
    delivery,
    definition: state.definition,
    version: state.version,
    ...(fence !== undefined && { fence }),
    ...(own.placement && own.worker && boundTo(own.placement)),
  };
}

const boundTo = ({ slots, memory, affinity }: Placement): Pick<StepCommandFacts, 'slots' | 'memory' | 'bound'> => ({
  ...(slots !== undefined && { slots }),
  ...(memory !== undefined && { memory }),
  bound: affinity === undefined ? 'room' : 'affinity',
});

const literalMs = (duration: Duration | undefined): number | undefined => (typeof duration === 'number' ? duration : undefined);
