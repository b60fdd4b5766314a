import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
ALTER TABLE workflow_incidents ADD COLUMN message_key text;
CREATE UNIQUE INDEX workflow_incidents_by_message ON workflow_incidents (message_key) WHERE message_key IS NOT NULL;
CREATE TABLE workflow_hook_deliveries (
  tenant text NOT NULL, trigger text NOT NULL, id uuid NOT NULL, delivery_id text NOT NULL, at bigint NOT NULL,
  signature text NOT NULL, status integer NOT NULL, outcome text NOT NULL, instance_id uuid, reason text,
  bytes integer NOT NULL, body text,
  PRIMARY KEY (tenant, trigger, id)
);
CREATE INDEX workflow_hook_deliveries_age ON workflow_hook_deliveries (at);
CREATE TABLE workflow_trigger_bindings (
  tenant text NOT NULL, trigger text NOT NULL, exchange text NOT NULL, routing_key text NOT NULL,
  PRIMARY KEY (tenant, trigger, exchange, routing_key)
);`;

const down = `
DROP TABLE workflow_trigger_bindings;
DROP TABLE workflow_hook_deliveries;
DROP INDEX workflow_incidents_by_message;
ALTER TABLE workflow_incidents DROP COLUMN message_key;`;

/** What comes in by hooks and message triggers; one incident a message. */
export class Intake1764030600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
