import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { wide, wideOrNull } from './epoch-ms.js';

/** A run of chaos mode. The newest one is on until it is ended, or its time is over. */
@Entity('workflow_chaos_runs')
export class ChaosRunEntity {
  @PrimaryColumn('uuid')
  id: string;

  /** JSON of `ChaosPlan`. */
  @Column('text')
  plan: string;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('text', { nullable: true })
  by: string | null;

  @Column(wide)
  startedAt: number;

  @Column(wide)
  endsAt: number;

  @Column(wideOrNull)
  endedAt: number | null;

  /** The report counts from here: the start, or the last reset. */
  @Column(wide)
  countedFrom: number;
}

/** An injected fault, or several alike (`count`). */
@Entity('workflow_chaos_faults')
@Index('workflow_chaos_faults_newest', ['runId', 'at'])
export class ChaosFaultEntity {
  @PrimaryColumn('uuid')
  runId: string;

  @PrimaryColumn('text')
  service: string;

  @PrimaryColumn('integer')
  no: number;

  @Column('text')
  kind: string;

  @Column(wide)
  at: number;

  @Column('text')
  target: string;

  @Column('integer')
  count: number;

  @Column('integer', { nullable: true })
  ms: number | null;

  /** Parallel arrays: steps it has hit. */
  @Column('uuid', { array: true })
  instances: string[];

  @Column('text', { array: true })
  paths: string[];

  /** Parallel arrays: partitions whose owner it has killed, and how far these were. */
  @Column('smallint', { array: true })
  partitions: number[];

  @Column('integer', { array: true })
  epochs: number[];

  @Column('bigint', { array: true })
  batchNos: string[];
}
