/** The part of the engine that the contracts' types stand on, without the engine itself: a browser needs its words, not its core. */
export { instanceLifecycle, stepLifecycle, isEnded, isStepEnded } from '@engine/model/lifecycle';
export { QUEUE_SHAPE, TASK_SHAPE } from '@engine/compile/vocabulary';
export { DURATION_FORMS, parseDuration } from '@engine/parse/duration';
export { lifecycleKind, lifecycleTypes } from '@engine/effects/lifecycle';
export type { LifecycleName } from '@engine/effects/lifecycle';
export type { InstanceStatus, StepStatus } from '@engine/model/lifecycle';
export type { Json, JsonObject } from '@engine/model/json';
export type { AuditEvent } from '@engine/model/audit-event';
