import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { InstanceStatus, JsonObject } from '#libs/engine';
import { wide, wideOrNull } from './epoch-ms.js';

/**
 * Head of an instance. No indexed column changes in an ordinary batch, so that updates stay HOT:
 * there is deliberately no index on the status.
 */
@Entity('workflow_instances')
@Check(
  'workflow_instances_status_known',
  `status IN ('pending','running','waiting','paused','cancelling','compensating','completed','failed','cancelled','timed_out','compensated','compensation_failed')`,
)
@Check('workflow_instances_bucket_range', 'bucket BETWEEN 0 AND 4095')
@Index('workflow_instances_key', ['tenant', 'definition', 'key'], { unique: true, where: 'key IS NOT NULL' })
@Index('workflow_instances_singleton', ['tenant', 'definition', 'singleton'], { unique: true, where: 'singleton IS NOT NULL' })
@Index('workflow_instances_debounce', ['tenant', 'definition', 'debounce'], { unique: true, where: 'debounce IS NOT NULL' })
@Index('workflow_instances_by_definition', ['tenant', 'definition', 'id'])
@Index('workflow_instances_by_parent', ['parent'], { where: 'parent IS NOT NULL' })
@Index('workflow_instances_tags', { synchronize: false })
@Index('workflow_instances_restarts', { synchronize: false })
export class InstanceEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  tenant: string;

  @Column('text')
  definition: string;

  @Column('text')
  version: string;

  @Column('text')
  checksum: string;

  @Column('text', { nullable: true })
  key: string | null;

  @Column('text')
  status: InstanceStatus;

  @Column('integer', { default: 0 })
  seq: number;

  @Column('integer', { default: 1 })
  generation: number;

  @Column('smallint')
  bucket: number;

  @Column('text', { nullable: true })
  queue: string | null;

  @Column('integer', { nullable: true })
  priority: number | null;

  @Column('text', { nullable: true })
  summary: string | null;

  /** Canonical JSON text, as are `output` and `error`: jsonb would reorder keys and rewrite numbers. */
  @Column('text')
  input: string;

  @Column('text', { nullable: true })
  output: string | null;

  @Column('text', { nullable: true })
  error: string | null;

  @Column('jsonb', { default: {} })
  tags: JsonObject;

  @Column('uuid', { nullable: true })
  parent: string | null;

  /** JSON of `InstanceOrigin`. */
  @Column('text', { nullable: true })
  origin: string | null;

  @Column(wide)
  createdAt: number;

  @Column(wideOrNull)
  startAt: number | null;

  @Column(wideOrNull)
  startedAt: number | null;

  @Column(wideOrNull)
  endedAt: number | null;

  @Column('integer', { default: 0 })
  stepsDone: number;

  @Column('integer', { default: 0 })
  stepsTotal: number;

  @Column('text', { nullable: true })
  currentStep: string | null;

  /** While it is open, starts with the same one mean this instance. */
  @Column('text', { nullable: true })
  singleton: string | null;

  /** While it has not begun, a start with the same one takes its place. */
  @Column('text', { nullable: true })
  debounce: string | null;
}
