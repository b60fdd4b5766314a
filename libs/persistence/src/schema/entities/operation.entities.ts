import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { wide, wideOrNull } from './epoch-ms.js';

/** First answer to a request with an `Idempotency-Key`; kept 7 days. */
@Entity('workflow_idempotency')
@Index('workflow_idempotency_age', ['reservedAt'])
export class IdempotencyEntity {
  @PrimaryColumn('text')
  tenant: string;

  @PrimaryColumn('text')
  key: string;

  @Column('text')
  requestHash: string;

  /** Id minted for the first try, so that a retry after a crash asks for the same thing. */
  @Column('text')
  subject: string;

  @Column('integer', { nullable: true })
  answerStatus: number | null;

  @Column('text', { nullable: true })
  answer: string | null;

  @Column(wide)
  reservedAt: number;
}

/** A message or an instance that needs a person. */
@Entity('workflow_incidents')
@Index('workflow_incidents_open', ['id'], { where: 'resolved_at IS NULL' })
@Index('workflow_incidents_by_message', ['messageKey'], { unique: true, where: 'message_key IS NOT NULL' })
@Index('workflow_incidents_closed', ['resolvedAt'], { where: 'resolved_at IS NOT NULL' })
@Index('workflow_incidents_by_instance', ['instanceId'], { where: 'instance_id IS NOT NULL' })
export class IncidentEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  kind: string;

  @Column('text')
  reason: string;

  /** Body of a dead letter, byte for byte. */
  @Column('bytea', { nullable: true })
  raw: Buffer | null;

  @Column('text', { nullable: true })
  headers: string | null;

  @Column('uuid', { nullable: true })
  instanceId: string | null;

  @Column('text', { nullable: true })
  path: string | null;

  /** One incident a message, however often it comes. */
  @Column('text', { nullable: true })
  messageKey: string | null;

  @Column(wide)
  at: number;

  /** When it was closed, however it was; null: it is open. */
  @Column(wideOrNull)
  resolvedAt: number | null;

  @Column('text', { nullable: true })
  code: string | null;

  @Column('text', { nullable: true })
  definition: string | null;

  /** The path with every number as `*`. */
  @Column('text', { nullable: true })
  step: string | null;

  @Column('text', { nullable: true })
  error: string | null;

  @Column('integer', { default: 1 })
  deliveries: number;

  @Column('integer', { default: 0 })
  redrives: number;

  /** null: it has happened once. */
  @Column(wideOrNull)
  lastAt: number | null;

  /** Somebody redrives it until then at most. */
  @Column(wideOrNull)
  redrivingUntil: number | null;

  /** `redriven`, `discarded` or `resolved`. */
  @Column('text', { nullable: true })
  closedAs: string | null;

  @Column('text', { nullable: true })
  closedBy: string | null;

  @Column('text', { nullable: true })
  closedReason: string | null;

  @Column('text', { nullable: true })
  result: string | null;
}

/** Who did what to what, and why. */
@Entity('workflow_operator_log')
@Index('workflow_operator_log_results', ['id'], { where: 'result IS NOT NULL' })
export class OperatorLogEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column(wide)
  at: number;

  @Column('text')
  actor: string;

  @Column('text')
  action: string;

  @Column('text')
  target: string;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('text', { nullable: true })
  details: string | null;

  /** Where the request came from. */
  @Column('text', { nullable: true })
  address: string | null;

  /** JSON: what the change came to. Kept for as long as a repeat of its request is known, read by nobody else. */
  @Column('text', { nullable: true, select: false })
  result?: string | null;
}
