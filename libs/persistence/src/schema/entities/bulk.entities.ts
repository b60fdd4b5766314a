import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { wide, wideOrNull } from './epoch-ms.js';

/** One action on many instances, done little by little by whichever gateway holds its lease. */
@Entity('workflow_bulk_jobs')
@Index('workflow_bulk_jobs_open', ['leaseUntil'], { where: 'ended_at IS NULL' })
export class BulkJobEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  tenant: string;

  @Column('text')
  action: string;

  /** What each instance is told: the content of its inbox row. */
  @Column('text')
  message: string;

  /** null with `ids`. */
  @Column('text', { nullable: true })
  filter: string | null;

  /** Sorted. */
  @Column('uuid', { array: true, nullable: true })
  ids: string[] | null;

  @Column('text')
  status: string;

  @Column('integer')
  total: number;

  @Column('boolean')
  totalIsCapped: boolean;

  /** Id of the last instance that is done with. */
  @Column('uuid', { nullable: true })
  position: string | null;

  @Column('integer', { default: 0 })
  done: number;

  @Column('integer', { default: 0 })
  failed: number;

  @Column('integer')
  perSecond: number;

  @Column(wide)
  createdAt: number;

  @Column(wideOrNull)
  endedAt: number | null;

  @Column('text', { nullable: true })
  leaseOwner: string | null;

  @Column(wide)
  leaseUntil: number;
}

/** An instance a bulk job could not act on, and why. */
@Entity('workflow_bulk_failures')
export class BulkFailureEntity {
  @PrimaryColumn('uuid')
  jobId: string;

  @PrimaryColumn('uuid')
  instanceId: string;

  @Column('text')
  code: string;

  @Column('text')
  message: string;
}
