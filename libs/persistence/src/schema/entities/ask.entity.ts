import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { wide, wideOrNull } from './epoch-ms.js';

/** An open question to a person: a projection of the audit log, for the lists of people. */
@Entity('workflow_asks')
@Index('workflow_asks_by_age', ['tenant', 'openedAt', 'instanceId', 'path'])
@Index('workflow_asks_by_claim', ['claimedBy'], { where: 'claimed_by IS NOT NULL' })
@Index('workflow_asks_by_assignee', { synchronize: false })
export class AskEntity {
  @PrimaryColumn('uuid')
  instanceId: string;

  @PrimaryColumn('text')
  path: string;

  @Column('text')
  tenant: string;

  @Column('text')
  definition: string;

  @Column('text')
  name: string;

  @Column('text')
  kind: string;

  @Column('text', { nullable: true })
  prompt: string | null;

  /** JSON, as is `form`. */
  @Column('text', { nullable: true })
  choices: string | null;

  @Column('text', { nullable: true })
  form: string | null;

  @Column('text', { array: true })
  assignees: string[];

  @Column('text', { nullable: true })
  claimedBy: string | null;

  @Column(wideOrNull)
  dueAt: number | null;

  @Column(wideOrNull)
  timeoutAt: number | null;

  @Column(wide)
  openedAt: number;
}
