import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { wideOrNull } from './epoch-ms.js';

/** Exactly one row per instance that has not ended: its earliest clock and whether it has work in a queue. */
@Entity('workflow_wakeups')
@Check('workflow_wakeups_work_known', `work IN ('none','queued','sent')`)
@Index('workflow_wakeups_due', ['dueAt', 'instanceId', 'bucket'], { where: 'due_at IS NOT NULL' })
@Index('workflow_wakeups_queued', ['instanceId', 'bucket'], { where: `work = 'queued'` })
@Index('workflow_wakeups_sent', ['instanceId', 'bucket'], { where: `work = 'sent'` })
export class WakeupEntity {
  @PrimaryColumn('uuid')
  instanceId: string;

  @Column('smallint')
  bucket: number;

  @Column(wideOrNull)
  dueAt: number | null;

  @Column('text', { default: 'none' })
  work: string;
}
