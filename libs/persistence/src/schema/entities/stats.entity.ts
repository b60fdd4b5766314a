import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wide } from './epoch-ms.js';

/** Counts per minute, definition and partition: owners never write the same row. */
@Entity('workflow_stats')
export class StatsEntity {
  /** Epoch ms, start of the minute. */
  @PrimaryColumn(wide)
  minute: number;

  @PrimaryColumn('text')
  definition: string;

  @PrimaryColumn('smallint')
  partition: number;

  @Column({ ...wide, default: 0 })
  started: number;

  @Column({ ...wide, default: 0 })
  completed: number;

  @Column({ ...wide, default: 0 })
  failed: number;

  @Column({ ...wide, default: 0 })
  cancelled: number;

  @Column({ ...wide, default: 0 })
  timedOut: number;

  @Column({ ...wide, default: 0 })
  steps: number;

  @Column({ ...wide, default: 0 })
  durationMs: number;
}
