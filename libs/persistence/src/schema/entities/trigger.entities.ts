import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { wide, wideOrNull } from './epoch-ms.js';

/** What starts instances by itself; of a schedule also how far it is. */
@Entity('workflow_triggers')
@Check('workflow_triggers_kind_known', `kind IN ('schedule','hook','message')`)
@Check('workflow_triggers_source_known', `source IN ('definition','api')`)
@Check('workflow_triggers_status_known', `status IN ('active','paused','disabled')`)
@Index('workflow_triggers_due', ['nextAt'], { where: 'next_at IS NOT NULL' })
@Index('workflow_triggers_by_definition', ['tenant', 'definition', 'name'])
export class TriggerEntity {
  @PrimaryColumn('text')
  tenant: string;

  @PrimaryColumn('text')
  name: string;

  @Column('text')
  kind: string;

  @Column('text', { nullable: true })
  definition: string | null;

  @Column('text', { nullable: true })
  version: string | null;

  /** `definition`: comes and goes with the active version of its definition. */
  @Column('text')
  source: string;

  /** Canonical JSON, without secrets. */
  @Column('text')
  spec: string;

  /** JSON list; null: none. */
  @Column('text', { nullable: true })
  secrets: string | null;

  @Column('text')
  status: string;

  @Column('text', { nullable: true })
  note: string | null;

  @Column('text', { nullable: true })
  changedBy: string | null;

  /** Of a sequence: another one after every change of what is above. */
  @Column(wide)
  revision: number;

  /** Slots up to here, epoch ms, are decided. */
  @Column(wide)
  position: number;

  /** When it is to be looked at; null: a schedule that is not active, or no schedule. */
  @Column(wideOrNull)
  nextAt: number | null;

  @Column('integer', { default: 0 })
  failuresInRow: number;

  @Column(wideOrNull)
  lastRunAt: number | null;

  @Column('text', { nullable: true })
  lastOutcome: string | null;

  @Column('uuid', { nullable: true })
  lastInstance: string | null;

  @Column(wide)
  createdAt: number;

  @Column(wide)
  changedAt: number;
}

/** What came of one slot of a schedule (or of several missed ones), or of a run by hand. The key is what makes a slot start once. */
@Entity('workflow_trigger_runs')
@Check('workflow_trigger_runs_lane_known', `lane IN ('slot','manual','missed')`)
@Index('workflow_trigger_runs_list', ['tenant', 'trigger', 'id'])
@Index('workflow_trigger_runs_age', ['id'])
@Index('workflow_trigger_runs_open', ['tenant', 'trigger', 'slot'], { where: 'is_open' })
@Index('workflow_trigger_runs_ends', ['id'], { where: 'is_open' })
export class TriggerRunEntity {
  @PrimaryColumn('text')
  tenant: string;

  @PrimaryColumn('text')
  trigger: string;

  /** A schedule and a backfill share their slots; those that were missed together may still be backfilled one by one. */
  @PrimaryColumn('text')
  lane: string;

  /** Epoch ms; of missed ones the first. */
  @PrimaryColumn(wide)
  slot: number;

  /** UUIDv7: the order in which they are listed. */
  @Column('uuid')
  id: string;

  @Column(wide)
  at: number;

  @Column('text')
  how: string;

  @Column('text')
  outcome: string;

  @Column('integer')
  count: number;

  @Column('uuid', { nullable: true })
  instanceId: string | null;

  @Column('text', { nullable: true })
  reason: string | null;

  /** Its end has not been seen yet, or it is queued. */
  @Column('boolean')
  isOpen: boolean;
}

/** A range of slots that is made up for, little by little. */
@Entity('workflow_backfills')
@Index('workflow_backfills_due', ['dueAt'], { where: 'ended_at IS NULL' })
export class BackfillEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  tenant: string;

  @Column('text')
  trigger: string;

  /** Slots up to here are done with. */
  @Column(wide)
  position: number;

  /** Not included. */
  @Column(wide)
  until: number;

  @Column('text')
  overlap: string;

  /** The instance started last. */
  @Column('uuid', { nullable: true })
  last: string | null;

  @Column(wide)
  dueAt: number;

  @Column(wide)
  createdAt: number;

  @Column(wideOrNull)
  endedAt: number | null;
}
