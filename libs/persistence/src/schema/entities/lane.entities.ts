import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { wide, wideOrNull } from './epoch-ms.js';

/** What an operator set for a queue or a task, and what has been used of its limits. */
@Entity('workflow_lane_settings')
@Check('workflow_lane_settings_scope_known', `scope IN ('queue','task')`)
@Check('workflow_lane_settings_breaker_known', `breaker IN ('auto','open','closed')`)
@Check('workflow_lane_settings_breaker_state_known', `breaker_state IN ('closed','open','halfOpen')`)
export class LaneSettingsEntity {
  @PrimaryColumn('text')
  scope: 'queue' | 'task';

  @PrimaryColumn('text')
  name: string;

  @Column('integer', { nullable: true })
  concurrency: number | null;

  @Column('integer', { nullable: true })
  rateLimit: number | null;

  @Column('text', { nullable: true })
  ratePer: 'second' | 'minute' | 'hour' | null;

  @Column('smallint', { nullable: true })
  priority: number | null;

  @Column('boolean', { default: false })
  paused: boolean;

  /** Why it is paused. */
  @Column('text', { nullable: true })
  note: string | null;

  @Column('text', { nullable: true })
  changedBy: string | null;

  @Column(wide)
  changedAt: number;

  /** `auto`: opens by itself. */
  @Column('text', { default: 'closed' })
  breaker: 'auto' | 'open' | 'closed';

  @Column('integer', { default: 5 })
  breakAfter: number;

  @Column('integer', { default: 30_000 })
  breakForMs: number;

  /** Of the rate: the window that tokens were last handed out for, and how many. */
  @Column({ ...wide, default: 0 })
  windowStart: number;

  @Column('integer', { default: 0 })
  windowUsed: number;

  @Column('text', { default: 'closed' })
  breakerState: 'closed' | 'open' | 'halfOpen';

  @Column('integer', { default: 0 })
  failuresInRow: number;

  @Column(wideOrNull)
  opensUntil: number | null;

  /** Partition that lets one attempt through. */
  @Column('smallint', { nullable: true })
  probe: number | null;
}

/** Slots of a limit that a partition holds, whoever owns it. */
@Entity('workflow_slot_grants')
export class SlotGrantEntity {
  @PrimaryColumn('text')
  scope: 'queue' | 'task';

  @PrimaryColumn('text')
  name: string;

  @PrimaryColumn('smallint')
  topology: number;

  @PrimaryColumn('smallint')
  partition: number;

  /** Of the lease under which it was written: a deposed owner changes nothing of it. */
  @Column('integer')
  epoch: number;

  @Column('integer')
  granted: number;

  @Column('integer')
  demand: number;

  @Column(wide)
  askedAt: number;
}
