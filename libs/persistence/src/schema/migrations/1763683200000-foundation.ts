import type { MigrationInterface, QueryRunner } from 'typeorm';
import { eventPartitionFunction } from './event-partition-function.js';

const definitions = `
CREATE TABLE workflow_definitions (
  tenant text NOT NULL, name text NOT NULL, version text NOT NULL,
  spec text NOT NULL, checksum text NOT NULL, title text, labels jsonb NOT NULL DEFAULT '{}',
  registered_at bigint NOT NULL, deprecated_at bigint,
  PRIMARY KEY (tenant, name, version)
);
CREATE TABLE workflow_definition_names (
  tenant text NOT NULL, name text NOT NULL, active_version text,
  revision integer NOT NULL DEFAULT 0, changed_at bigint NOT NULL,
  PRIMARY KEY (tenant, name)
);`;

// Room in every page and no index on what changes: updates of heads stay HOT.
const instances = `
CREATE TABLE workflow_instances (
  id uuid NOT NULL, tenant text NOT NULL, definition text NOT NULL, version text NOT NULL, checksum text NOT NULL,
  key text, status text NOT NULL, seq integer NOT NULL DEFAULT 0, generation integer NOT NULL DEFAULT 1,
  bucket smallint NOT NULL, queue text, priority integer, summary text,
  input text NOT NULL, output text, error text, tags jsonb NOT NULL DEFAULT '{}', parent uuid,
  created_at bigint NOT NULL, start_at bigint, started_at bigint, ended_at bigint,
  steps_done integer NOT NULL DEFAULT 0, steps_total integer NOT NULL DEFAULT 0, current_step text,
  PRIMARY KEY (id),
  CONSTRAINT workflow_instances_status_known CHECK (status IN ('pending','running','waiting','paused','cancelling','compensating','completed','failed','cancelled','timed_out','compensated','compensation_failed')),
  CONSTRAINT workflow_instances_bucket_range CHECK (bucket BETWEEN 0 AND 4095)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
CREATE UNIQUE INDEX workflow_instances_key ON workflow_instances (tenant, definition, key) WHERE key IS NOT NULL;
CREATE INDEX workflow_instances_by_definition ON workflow_instances (tenant, definition, id);
CREATE INDEX workflow_instances_by_parent ON workflow_instances (parent) WHERE parent IS NOT NULL;
CREATE INDEX workflow_instances_tags ON workflow_instances USING gin (tags jsonb_path_ops) WHERE tags <> '{}'::jsonb;
CREATE TABLE workflow_wakeups (
  instance_id uuid NOT NULL, bucket smallint NOT NULL, due_at bigint, work text NOT NULL DEFAULT 'none',
  PRIMARY KEY (instance_id),
  CONSTRAINT workflow_wakeups_work_known CHECK (work IN ('none','queued','sent'))
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX workflow_wakeups_due ON workflow_wakeups (due_at, bucket) WHERE due_at IS NOT NULL;
CREATE INDEX workflow_wakeups_queued ON workflow_wakeups (instance_id, bucket) WHERE work = 'queued';
CREATE INDEX workflow_wakeups_sent ON workflow_wakeups (instance_id, bucket) WHERE work = 'sent';
CREATE TABLE workflow_inbox (
  instance_id uuid NOT NULL, id text NOT NULL, bucket smallint NOT NULL, kind text NOT NULL, content text NOT NULL,
  received_at bigint NOT NULL, applied_seq integer, outcome text,
  PRIMARY KEY (instance_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX workflow_inbox_waiting ON workflow_inbox (bucket, instance_id) WHERE applied_seq IS NULL;
CREATE TABLE workflow_snapshots (
  instance_id uuid NOT NULL, seq integer NOT NULL, state text NOT NULL, PRIMARY KEY (instance_id)
);
CREATE TABLE workflow_payloads (
  instance_id uuid NOT NULL, sha256 text NOT NULL, size integer NOT NULL, content text NOT NULL, stored_at bigint NOT NULL,
  PRIMARY KEY (instance_id, sha256)
);`;

// The DEFAULT partition takes what no month covers: an append is never refused.
const events = `
CREATE TABLE workflow_events (
  instance_id uuid NOT NULL, seq integer NOT NULL, generation integer NOT NULL, type text NOT NULL,
  path text, attempt integer, data text NOT NULL, occurred_at bigint NOT NULL, schema_version smallint NOT NULL DEFAULT 1,
  PRIMARY KEY (instance_id, seq)
) PARTITION BY RANGE (instance_id);
CREATE TABLE workflow_events_default PARTITION OF workflow_events DEFAULT;`;

const partitions = `
CREATE TABLE workflow_partitions (
  topology smallint NOT NULL, partition smallint NOT NULL, owner text, epoch integer NOT NULL DEFAULT 0, expires_at bigint,
  PRIMARY KEY (topology, partition)
) WITH (fillfactor = 50);
CREATE TABLE workflow_batches (
  topology smallint NOT NULL, partition smallint NOT NULL, batch_no bigint NOT NULL, epoch integer NOT NULL,
  sent_through bigint NOT NULL, touched uuid[] NOT NULL, touched_from integer[] NOT NULL, touched_to integer[] NOT NULL,
  committed_at bigint NOT NULL,
  PRIMARY KEY (topology, partition, batch_no)
);
CREATE TABLE workflow_orchestrators (
  id text NOT NULL, host text NOT NULL, has_broker boolean NOT NULL, expires_at bigint NOT NULL, PRIMARY KEY (id)
) WITH (fillfactor = 50);
CREATE TABLE workflow_unsent (
  instance_id uuid NOT NULL, token integer NOT NULL, partition smallint NOT NULL, tries integer NOT NULL, retry_at bigint NOT NULL,
  PRIMARY KEY (instance_id, token)
);
CREATE INDEX workflow_unsent_due ON workflow_unsent (partition, retry_at);
CREATE TABLE workflow_queues (
  queue text NOT NULL, task text NOT NULL, incarnation integer NOT NULL DEFAULT 1, changed_at bigint NOT NULL,
  PRIMARY KEY (queue, task)
);`;

const operations = `
CREATE TABLE workflow_stats (
  minute bigint NOT NULL, definition text NOT NULL, partition smallint NOT NULL,
  started bigint NOT NULL DEFAULT 0, completed bigint NOT NULL DEFAULT 0, failed bigint NOT NULL DEFAULT 0,
  cancelled bigint NOT NULL DEFAULT 0, timed_out bigint NOT NULL DEFAULT 0, steps bigint NOT NULL DEFAULT 0,
  duration_ms bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (minute, definition, partition)
) WITH (fillfactor = 50);
CREATE TABLE workflow_idempotency (
  tenant text NOT NULL, key text NOT NULL, request_hash text NOT NULL, subject text NOT NULL,
  answer_status integer, answer text, reserved_at bigint NOT NULL,
  PRIMARY KEY (tenant, key)
);
CREATE INDEX workflow_idempotency_age ON workflow_idempotency (reserved_at);
CREATE TABLE workflow_incidents (
  id uuid NOT NULL, kind text NOT NULL, reason text NOT NULL, raw bytea, headers text, instance_id uuid, path text,
  at bigint NOT NULL, resolved_at bigint,
  PRIMARY KEY (id)
);
CREATE INDEX workflow_incidents_open ON workflow_incidents (id) WHERE resolved_at IS NULL;
CREATE INDEX workflow_incidents_by_instance ON workflow_incidents (instance_id) WHERE instance_id IS NOT NULL;
CREATE TABLE workflow_operator_log (
  id uuid NOT NULL, at bigint NOT NULL, actor text NOT NULL, action text NOT NULL, target text NOT NULL, reason text, details text,
  PRIMARY KEY (id)
);`;

const tables = [
  'workflow_operator_log',
  'workflow_incidents',
  'workflow_idempotency',
  'workflow_stats',
  'workflow_queues',
  'workflow_unsent',
  'workflow_orchestrators',
  'workflow_batches',
  'workflow_partitions',
  'workflow_events',
  'workflow_payloads',
  'workflow_snapshots',
  'workflow_inbox',
  'workflow_wakeups',
  'workflow_instances',
  'workflow_definition_names',
  'workflow_definitions',
];

export class Foundation1763683200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const script of [definitions, instances, events, partitions, operations, eventPartitionFunction])
      await runner.query(script);
    await runner.query('SELECT workflow_ensure_event_partitions(3)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION workflow_ensure_event_partitions(integer)');
    for (const table of tables) await runner.query(`DROP TABLE ${table}`);
  }
}
