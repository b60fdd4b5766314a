import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { wide, wideOrNull } from './epoch-ms.js';

/** Where lifecycle events go by HTTP. Whoever holds the lease fills its deliveries from the feed and makes them. */
@Entity('workflow_webhooks')
@Check('workflow_webhooks_status_known', `status IN ('active','disabled')`)
@Index('workflow_webhooks_name', ['tenant', 'name'], { unique: true })
export class WebhookEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  tenant: string;

  @Column('text')
  name: string;

  @Column('text')
  url: string;

  @Column('text', { array: true, nullable: true })
  definitions: string[] | null;

  @Column('text', { array: true, nullable: true })
  events: string[] | null;

  @Column('text', { nullable: true })
  severity: string | null;

  @Column('text', { array: true })
  secrets: string[];

  /** JSON. */
  @Column('text')
  headers: string;

  @Column('text')
  status: string;

  @Column('text', { nullable: true })
  note: string | null;

  /** First failure after the last success. */
  @Column(wideOrNull)
  failingSince: number | null;

  @Column({ ...wide, default: 0 })
  delivered: number;

  @Column({ ...wide, default: 0 })
  failed: number;

  @Column(wideOrNull)
  lastAt: number | null;

  @Column('integer', { nullable: true })
  lastStatus: number | null;

  @Column(wide)
  createdAt: number;

  @Column(wide)
  changedAt: number;

  @Column('text', { nullable: true })
  leaseOwner: string | null;

  @Column({ ...wide, default: 0 })
  leaseUntil: number;
}

/** How far the feed of a partition has become deliveries of a webhook: see `FeedPosition`. */
@Entity('workflow_webhook_cursors')
export class WebhookCursorEntity {
  @PrimaryColumn('uuid')
  webhookId: string;

  @PrimaryColumn('smallint')
  topology: number;

  @PrimaryColumn('smallint')
  partition: number;

  @Column(wide)
  batchNo: number;

  @Column('integer')
  place: number;

  @Column('integer')
  seq: number;
}

/** One event for one webhook. Its content is read anew for each attempt. */
@Entity('workflow_webhook_deliveries')
@Check('workflow_webhook_deliveries_status_known', `status IN ('waiting','delivered','failed')`)
@Index('workflow_webhook_deliveries_newest', ['webhookId', 'id'], { unique: true })
@Index('workflow_webhook_deliveries_due', ['webhookId', 'nextAt'], { where: `status = 'waiting'` })
@Index('workflow_webhook_deliveries_age', ['createdAt'])
export class WebhookDeliveryEntity {
  @PrimaryColumn('uuid')
  webhookId: string;

  @PrimaryColumn('uuid')
  instanceId: string;

  @PrimaryColumn('integer')
  seq: number;

  /** UUIDv7: the order of lists. */
  @Column('uuid')
  id: string;

  @Column('text')
  event: string;

  @Column('text')
  status: string;

  @Column('integer', { default: 0 })
  attempts: number;

  @Column(wide)
  createdAt: number;

  /** Beginning of the three days it is tried for; moved by a redelivery. */
  @Column(wide)
  triedSince: number;

  @Column(wideOrNull)
  nextAt: number | null;

  @Column(wideOrNull)
  lastAt: number | null;

  @Column('integer', { nullable: true })
  lastStatus: number | null;

  @Column('text', { nullable: true })
  lastError: string | null;

  @Column('integer', { nullable: true })
  lastMs: number | null;
}
