/** Both lifecycles as tables: the only place that says which status may follow which. Drawn in docs/architecture.md. */

export const instanceLifecycle = {
  pending: ['running', 'cancelling'],
  running: ['waiting', 'paused', 'cancelling', 'compensating', 'completed', 'failed', 'cancelled', 'timed_out'],
  waiting: ['running', 'paused', 'cancelling', 'compensating', 'completed', 'failed', 'cancelled', 'timed_out'],
  paused: ['running', 'waiting', 'cancelling', 'compensating', 'completed', 'failed', 'cancelled', 'timed_out'],
  /** `again` goes on with a new generation. */
  cancelling: ['running', 'compensating', 'completed', 'failed', 'cancelled', 'timed_out'],
  compensating: ['compensated', 'compensation_failed'],
  completed: ['compensating'],
  failed: ['running', 'waiting'],
  cancelled: [],
  timed_out: ['running', 'waiting'],
  compensated: [],
  compensation_failed: [],
} as const satisfies Record<string, readonly string[]>;

export type InstanceStatus = keyof typeof instanceLifecycle;

export const stepLifecycle = {
  pending: ['scheduled', 'running', 'waiting', 'completed', 'failed', 'skipped', 'blocked', 'cancelled'],
  scheduled: ['running', 'retrying', 'cancelling', 'completed', 'failed', 'skipped', 'cancelled'],
  running: ['scheduled', 'retrying', 'cancelling', 'completed', 'failed', 'skipped', 'cancelled'],
  waiting: ['running', 'retrying', 'cancelling', 'completed', 'failed', 'skipped', 'cancelled'],
  retrying: ['scheduled', 'waiting', 'completed', 'failed', 'skipped', 'cancelled'],
  cancelling: ['cancelled', 'failed'],
  completed: ['compensating'],
  failed: ['pending', 'running', 'waiting', 'skipped', 'compensating'],
  skipped: [],
  blocked: ['pending'],
  cancelled: ['pending', 'running', 'compensating'],
  compensating: ['compensated', 'completed', 'failed', 'cancelled'],
  compensated: [],
} as const satisfies Record<string, readonly string[]>;

export type StepStatus = keyof typeof stepLifecycle;

export const endedInstanceStatuses: ReadonlySet<InstanceStatus> = new Set<InstanceStatus>([
  'completed',
  'failed',
  'cancelled',
  'timed_out',
  'compensated',
  'compensation_failed',
]);

export const endedStepStatuses: ReadonlySet<StepStatus> = new Set<StepStatus>([
  'completed',
  'failed',
  'skipped',
  'blocked',
  'cancelled',
  'compensated',
]);

export const isEnded = (status: InstanceStatus): boolean => endedInstanceStatuses.has(status);
export const isStepEnded = (status: StepStatus): boolean => endedStepStatuses.has(status);
