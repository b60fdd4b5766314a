import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wide } from './epoch-ms.js';

/** One audit event. RANGE-partitioned by month of the instance id (a UUIDv7 begins with its time). */
@Entity('workflow_events')
export class EventEntity {
  @PrimaryColumn('uuid')
  instanceId: string;

  @PrimaryColumn('integer')
  seq: number;

  @Column('integer')
  generation: number;

  @Column('text')
  type: string;

  @Column('text', { nullable: true })
  path: string | null;

  @Column('integer', { nullable: true })
  attempt: number | null;

  /** Canonical JSON text. */
  @Column('text')
  data: string;

  @Column(wide)
  occurredAt: number;

  @Column('smallint', { default: 1 })
  schemaVersion: number;
}
