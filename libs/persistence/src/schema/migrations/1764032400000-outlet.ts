import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
ALTER TABLE workflow_unsent ADD COLUMN is_event boolean NOT NULL DEFAULT false;
DROP INDEX workflow_unsent_due;
CREATE INDEX workflow_unsent_due ON workflow_unsent (partition, is_event, retry_at);
CREATE TABLE workflow_webhooks (
  id uuid NOT NULL, tenant text NOT NULL, name text NOT NULL, url text NOT NULL, definitions text[], events text[], severity text,
  secrets text[] NOT NULL, headers text NOT NULL, status text NOT NULL, note text, failing_since bigint,
  delivered bigint NOT NULL DEFAULT 0, failed bigint NOT NULL DEFAULT 0, last_at bigint, last_status integer,
  created_at bigint NOT NULL, changed_at bigint NOT NULL, lease_owner text, lease_until bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (id),
  CONSTRAINT workflow_webhooks_status_known CHECK (status IN ('active','disabled'))
) WITH (fillfactor = 50);
CREATE UNIQUE INDEX workflow_webhooks_name ON workflow_webhooks (tenant, name);
CREATE TABLE workflow_webhook_cursors (
  webhook_id uuid NOT NULL, topology smallint NOT NULL, partition smallint NOT NULL,
  batch_no bigint NOT NULL, place integer NOT NULL, seq integer NOT NULL,
  PRIMARY KEY (webhook_id, topology, partition)
) WITH (fillfactor = 50);
CREATE TABLE workflow_webhook_deliveries (
  webhook_id uuid NOT NULL, instance_id uuid NOT NULL, seq integer NOT NULL, id uuid NOT NULL, event text NOT NULL,
  status text NOT NULL, attempts integer NOT NULL DEFAULT 0, created_at bigint NOT NULL, tried_since bigint NOT NULL, next_at bigint,
  last_at bigint, last_status integer, last_error text, last_ms integer,
  PRIMARY KEY (webhook_id, instance_id, seq),
  CONSTRAINT workflow_webhook_deliveries_status_known CHECK (status IN ('waiting','delivered','failed'))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
CREATE UNIQUE INDEX workflow_webhook_deliveries_newest ON workflow_webhook_deliveries (webhook_id, id);
CREATE INDEX workflow_webhook_deliveries_due ON workflow_webhook_deliveries (webhook_id, next_at) WHERE status = 'waiting';
CREATE INDEX workflow_webhook_deliveries_age ON workflow_webhook_deliveries (created_at);`;

const down = `
DROP TABLE workflow_webhook_deliveries;
DROP TABLE workflow_webhook_cursors;
DROP TABLE workflow_webhooks;
DELETE FROM workflow_unsent WHERE is_event;
DROP INDEX workflow_unsent_due;
ALTER TABLE workflow_unsent DROP COLUMN is_event;
CREATE INDEX workflow_unsent_due ON workflow_unsent (partition, retry_at);`;

/** Outgoing webhooks, and lifecycle events among what could not be sent. */
export class Outlet1764032400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
