import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { wide, wideOrNull } from './epoch-ms.js';

/** Lease of a partition. */
@Entity('workflow_partitions')
export class PartitionEntity {
  @PrimaryColumn('smallint')
  topology: number;

  @PrimaryColumn('smallint')
  partition: number;

  @Column('text', { nullable: true })
  owner: string | null;

  @Column('integer', { default: 0 })
  epoch: number;

  @Column(wideOrNull)
  expiresAt: number | null;

  @Column(wideOrNull)
  ownedSince: number | null;

  @Column(wideOrNull)
  renewedAt: number | null;
}

/** Journal of a partition: one row per micro-batch. The primary key is the fence against a deposed owner. */
@Entity('workflow_batches')
export class BatchEntity {
  @PrimaryColumn('smallint')
  topology: number;

  @PrimaryColumn('smallint')
  partition: number;

  @PrimaryColumn(wide)
  batchNo: number;

  @Column('integer')
  epoch: number;

  @Column(wide)
  sentThrough: number;

  /** Parallel arrays: instance, first and last seq. */
  @Column('uuid', { array: true })
  touched: string[];

  @Column('integer', { array: true })
  touchedFrom: number[];

  @Column('integer', { array: true })
  touchedTo: number[];

  @Column(wide)
  committedAt: number;
}

/** An orchestrator that counts as alive until `expiresAt`. */
@Entity('workflow_orchestrators')
export class OrchestratorEntity {
  @PrimaryColumn('text')
  id: string;

  @Column('text')
  host: string;

  @Column('boolean')
  hasBroker: boolean;

  @Column(wide)
  expiresAt: number;

  @Column('text', { nullable: true })
  version: string | null;

  @Column(wideOrNull)
  startedAt: number | null;
}

/** A step command that could not be sent, retried while its token is open; or a lifecycle event, whose seq is its token. */
@Entity('workflow_unsent')
@Index('workflow_unsent_due', ['partition', 'isEvent', 'retryAt'])
export class UnsentEntity {
  @PrimaryColumn('uuid')
  instanceId: string;

  @PrimaryColumn('integer')
  token: number;

  @Column('boolean', { default: false })
  isEvent: boolean;

  @Column('smallint')
  partition: number;

  @Column('integer')
  tries: number;

  @Column(wide)
  retryAt: number;
}

/** Incarnation of a step queue, raised (compare-and-set) before the queue is declared anew. */
@Entity('workflow_queues')
export class QueueEntity {
  @PrimaryColumn('text')
  queue: string;

  @PrimaryColumn('text')
  task: string;

  @Column('integer', { default: 1 })
  incarnation: number;

  @Column(wide)
  changedAt: number;
}
