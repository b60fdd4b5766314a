import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wide, wideOrNull } from './epoch-ms.js';

/** One immutable version of a definition. */
@Entity('workflow_definitions')
export class DefinitionEntity {
  @PrimaryColumn('text')
  tenant: string;

  @PrimaryColumn('text')
  name: string;

  /** Semantic version, as written. */
  @PrimaryColumn('text')
  version: string;

  /** The document as JSON text, in the author's order. */
  @Column('text')
  spec: string;

  /** SHA-256 (hex) of the canonical JSON. */
  @Column('text')
  checksum: string;

  @Column('text', { nullable: true })
  title: string | null;

  @Column('jsonb', { default: {} })
  labels: Record<string, string>;

  @Column(wide)
  registeredAt: number;

  @Column(wideOrNull)
  deprecatedAt: number | null;
}

/** One row per name: which version is active. `revision` counts its changes, for compare-and-set. */
@Entity('workflow_definition_names')
export class DefinitionNameEntity {
  @PrimaryColumn('text')
  tenant: string;

  @PrimaryColumn('text')
  name: string;

  @Column('text', { nullable: true })
  activeVersion: string | null;

  @Column('integer', { default: 0 })
  revision: number;

  @Column(wide)
  changedAt: number;

  /** Its instances are paused, and those that start begin so. */
  @Column(wideOrNull)
  pausedAt: number | null;

  @Column('text', { nullable: true })
  pausedBy: string | null;

  @Column('text', { nullable: true })
  pauseReason: string | null;
}
