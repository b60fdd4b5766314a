import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Ever growing: the order of arrival at a key, and the fence numbers of locks. */
const arrivals = `CREATE SEQUENCE workflow_arrivals`;

const events = `
CREATE TABLE workflow_subscriptions (
  instance_id uuid NOT NULL, path text NOT NULL, seq integer NOT NULL, name text NOT NULL,
  tenant text NOT NULL, key text NOT NULL, since bigint NOT NULL,
  PRIMARY KEY (instance_id, path, seq, name)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX workflow_subscriptions_by_key ON workflow_subscriptions (tenant, name, key);
CREATE TABLE workflow_keyed_events (
  tenant text NOT NULL, id text NOT NULL, no bigint NOT NULL, name text NOT NULL, key text NOT NULL, bucket smallint NOT NULL,
  payload text NOT NULL, note text, status text NOT NULL, received_at bigint NOT NULL, expires_at bigint NOT NULL,
  offered_to uuid[] NOT NULL DEFAULT '{}', offers text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant, id),
  CONSTRAINT workflow_keyed_events_status_known CHECK (status IN ('offered','matched','kept','dropped'))
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX workflow_keyed_events_kept ON workflow_keyed_events (tenant, name, key, no) WHERE status = 'kept';
CREATE INDEX workflow_keyed_events_kept_list ON workflow_keyed_events (tenant, no) WHERE status = 'kept';
CREATE INDEX workflow_keyed_events_offered ON workflow_keyed_events (bucket, no) WHERE status = 'offered';
CREATE INDEX workflow_keyed_events_age ON workflow_keyed_events (expires_at);`;

const locks = `
CREATE TABLE workflow_lock_requests (
  instance_id uuid NOT NULL, path text NOT NULL, token integer NOT NULL, no bigint NOT NULL,
  tenant text NOT NULL, key text NOT NULL, bucket smallint NOT NULL, holders_at_most integer NOT NULL,
  requested_at bigint NOT NULL, fence bigint, granted_at bigint,
  PRIMARY KEY (instance_id, path, token)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX workflow_lock_requests_held ON workflow_lock_requests (tenant, key) WHERE fence IS NOT NULL;
CREATE INDEX workflow_lock_requests_waiting ON workflow_lock_requests (tenant, key, no) WHERE fence IS NULL;
CREATE INDEX workflow_lock_requests_sweep ON workflow_lock_requests (bucket, no) WHERE fence IS NULL;`;

/** Events by key and locks: what is addressed to a key instead of an instance. */
export class Keys1763942400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const script of [arrivals, events, locks]) await runner.query(script);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['workflow_lock_requests', 'workflow_keyed_events', 'workflow_subscriptions'])
      await runner.query(`DROP TABLE ${table}`);
    await runner.query('DROP SEQUENCE workflow_arrivals');
  }
}
