import type { InstanceId, InstanceStatus } from '#libs/engine';
import type { StartRow } from '../instances/instance-door.js';
import type { TriggerRow } from './trigger-row.js';

export type RunLane = 'slot' | 'manual' | 'missed';
export type RunHow = 'schedule' | 'manual' | 'backfill';
export type RunOutcome = 'started' | 'queued' | 'skipped' | 'missed' | 'failed';

/** A schedule that is due, and what runs of it. */
export interface DueSchedule {
  readonly trigger: TriggerRow;
  /** The database's clock, epoch ms. */
  readonly nowMs: number;
  /** Instances of earlier slots that have not ended; not looked for when starts may overlap. */
  readonly running: readonly InstanceId[];
  /** Slots that wait for them. */
  readonly queued: readonly number[];
}

/** What is to be written down about a slot, or about several missed ones. */
export interface NewRun {
  readonly lane: RunLane;
  readonly slot: number;
  readonly how: RunHow;
  readonly outcome: RunOutcome;
  /** Slots it stands for. */
  readonly count: number;
  readonly reason: string | null;
  /** With the outcome `started`: of which it is one transaction. */
  readonly start?: StartRow;
}

/** What becomes of a schedule that was due. */
export interface SettledSchedule {
  readonly trigger: TriggerRow;
  readonly runs: readonly NewRun[];
  /** Instances that make room for a later slot. */
  readonly cancels: readonly InstanceId[];
  readonly position: number;
  readonly nextAt: number | null;
}

/** What was done. */
export interface Settled {
  /** Schedules or backfills that were looked at. */
  readonly looked: number;
  readonly started: readonly InstanceId[];
  readonly cancelled: readonly InstanceId[];
  /** Triggers that disabled themselves. */
  readonly disabled: readonly string[];
}

/** A run as it is listed. */
export interface RunRow {
  readonly id: string;
  readonly slot: number;
  readonly at: number;
  readonly how: RunHow;
  readonly outcome: RunOutcome;
  readonly count: number;
  readonly instance: InstanceId | null;
  /** Of that instance, now. */
  readonly status: InstanceStatus | null;
  readonly reason: string | null;
}
