import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A step that waits for the end of an instance it did not start, because the key was taken. */
@Entity('workflow_attachments')
@Index('workflow_attachments_by_bucket', ['bucket'])
export class AttachmentEntity {
  /** The instance that is waited for. */
  @PrimaryColumn('uuid')
  instanceId: string;

  @PrimaryColumn('uuid')
  parentId: string;

  @PrimaryColumn('text')
  path: string;

  @PrimaryColumn('integer')
  token: number;

  /** Of the instance that is waited for: its owner tells the end. */
  @Column('smallint')
  bucket: number;
}
