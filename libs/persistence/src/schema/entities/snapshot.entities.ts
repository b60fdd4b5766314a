import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wide } from './epoch-ms.js';

/** The fold of an instance as of `seq`: a cache, may be dropped at any time. */
@Entity('workflow_snapshots')
export class SnapshotEntity {
  @PrimaryColumn('uuid')
  instanceId: string;

  @Column('integer')
  seq: number;

  @Column('text')
  state: string;
}

/** A payload over 64 KiB, stored once per instance and referenced `{ref, size, sha256}`. */
@Entity('workflow_payloads')
export class PayloadEntity {
  @PrimaryColumn('uuid')
  instanceId: string;

  @PrimaryColumn('text')
  sha256: string;

  @Column('integer')
  size: number;

  @Column('text')
  content: string;

  @Column(wide)
  storedAt: number;
}
