import type { AuditEvent, AuditEventOf, AuditEventType } from '../model/audit-event.js';
import type { JsonObject } from '../model/json.js';
import type { InstanceStatus } from '../model/lifecycle.js';

export type Severity = 'info' | 'warning' | 'error';

interface LifecycleKind {
  /** In types, routing keys and filters; never changes. */
  readonly name: string;
  readonly severity: Severity;
  /** Status of the instance by this event; absent: it stays what it was. */
  readonly status?: InstanceStatus;
}

/** What other systems are told of an instance, by audit event. Everything else is between the engine and itself. */
export const lifecycleKinds = {
  instanceStarted: { name: 'started', severity: 'info', status: 'running' },
  instanceStartedAgain: { name: 'again', severity: 'info', status: 'running' },
  askOpened: { name: 'askopened', severity: 'info' },
  instancePaused: { name: 'paused', severity: 'info', status: 'paused' },
  instanceResumed: { name: 'resumed', severity: 'info', status: 'running' },
  instanceRetried: { name: 'retried', severity: 'info', status: 'running' },
  instanceOverdue: { name: 'overdue', severity: 'warning' },
  instanceCompensating: { name: 'compensating', severity: 'warning', status: 'compensating' },
  instanceCompleted: { name: 'completed', severity: 'info', status: 'completed' },
  instanceFailed: { name: 'failed', severity: 'error', status: 'failed' },
  instanceTimedOut: { name: 'timedout', severity: 'error', status: 'timed_out' },
  instanceCancelled: { name: 'cancelled', severity: 'warning', status: 'cancelled' },
  instanceCompensated: { name: 'compensated', severity: 'warning', status: 'compensated' },
  instanceCompensationFailed: { name: 'compensationfailed', severity: 'error', status: 'compensation_failed' },
} as const satisfies Partial<Record<AuditEventType, LifecycleKind>>;

export type LifecycleType = keyof typeof lifecycleKinds;
export type LifecycleName = (typeof lifecycleKinds)[LifecycleType]['name'];
export type LifecycleEvent = { [T in LifecycleType]: AuditEventOf<T> }[LifecycleType];

export const lifecycleTypes = Object.keys(lifecycleKinds) as readonly LifecycleType[];

export const isLifecycle = (event: AuditEvent): event is LifecycleEvent => event.type in lifecycleKinds;

export const lifecycleKind = (type: LifecycleType): LifecycleKind & { readonly name: LifecycleName } => lifecycleKinds[type];

/** What of an instance goes with everything that is told of it. */
export interface ToldInstance {
  readonly id: string;
  readonly definition: string;
  readonly version: string;
  readonly key: string | null;
}

/**
 * What is told of a lifecycle event: the instance, the event, and what the event says. A function of what is stored, so that a repeat says
 * the same. Inputs are never told; an output is added by who has it at hand.
 */
export function lifecycleContent({ id, definition, version, key }: ToldInstance, event: LifecycleEvent): JsonObject {
  const { name, severity, status } = lifecycleKind(event.type);
  return {
    ...{ id, seq: event.seq, event: name, severity, definition, version, key },
    ...(status !== undefined && { status }),
    generation: event.generation,
    at: new Date(event.at).toISOString(),
    ...saying(event),
  } as JsonObject;
}

function saying(event: LifecycleEvent): Record<string, unknown> {
  switch (event.type) {
    case 'instanceStarted':
      return given({ parent: event.data.parent?.instance });
    case 'askOpened': {
      const { name, kind, prompt, assignees, dueAt } = event.data;
      return { ask: given({ path: event.path, name, kind, prompt, assignees, dueAt: isoOf(dueAt) }) };
    }
    case 'instanceOverdue':
      return { timeoutAt: isoOf(event.data.timeoutAt) };
    case 'instanceCompensationFailed':
      return { error: event.data.error ?? null, failures: event.data.failures };
    case 'instanceFailed':
    case 'instanceTimedOut':
    case 'instanceCompensated':
      return { error: event.data.error ?? null };
    case 'instanceCancelled':
    case 'instancePaused':
    case 'instanceResumed':
    case 'instanceRetried':
      return given({ by: event.data.by, reason: event.data.reason });
    default:
      return {};
  }
}

const isoOf = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString());

const given = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
