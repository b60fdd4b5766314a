import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { wide } from './epoch-ms.js';

/** Something addressed to an instance; stays after it is applied, as the memory of idempotency. */
@Entity('workflow_inbox')
@Index('workflow_inbox_waiting', ['bucket', 'instanceId'], { where: 'applied_seq IS NULL' })
export class InboxEntity {
  @PrimaryColumn('uuid')
  instanceId: string;

  @PrimaryColumn('text')
  id: string;

  @Column('smallint')
  bucket: number;

  @Column('text')
  kind: string;

  @Column('text')
  content: string;

  @Column(wide)
  receivedAt: number;

  /** Seq of the instance when it was consumed; null until then. */
  @Column('integer', { nullable: true })
  appliedSeq: number | null;

  @Column('text', { nullable: true })
  outcome: string | null;
}
