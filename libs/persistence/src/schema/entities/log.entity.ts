import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { wide } from './epoch-ms.js';

/** A line a handler logged; not part of the audit log. */
@Entity('workflow_logs')
@Index('workflow_logs_in_order', ['instanceId', 'id'])
@Check('workflow_logs_level_known', `level IN ('debug','info','warn','error')`)
export class LogEntity {
  @PrimaryColumn('uuid')
  instanceId: string;

  /** Of the attempt; with `no` it makes repeats harmless. */
  @PrimaryColumn('integer')
  token: number;

  /** From 1 within the attempt. */
  @PrimaryColumn('integer')
  no: number;

  /** In the order of commits of its instance. */
  @Column({ ...wide, generated: 'identity', generatedIdentity: 'ALWAYS' })
  id: number;

  @Column('text')
  path: string;

  @Column('integer')
  attempt: number;

  @Column(wide)
  at: number;

  @Column('text')
  level: string;

  @Column('text')
  text: string;
}
