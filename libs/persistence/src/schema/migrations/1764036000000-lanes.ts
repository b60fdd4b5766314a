import type { MigrationInterface, QueryRunner } from 'typeorm';

const settings = `
CREATE TABLE workflow_lane_settings (
  scope text NOT NULL, name text NOT NULL,
  concurrency integer, rate_limit integer, rate_per text, priority smallint,
  paused boolean NOT NULL DEFAULT false, note text, changed_by text, changed_at bigint NOT NULL,
  breaker text NOT NULL DEFAULT 'closed', break_after integer NOT NULL DEFAULT 5, break_for_ms integer NOT NULL DEFAULT 30000,
  window_start bigint NOT NULL DEFAULT 0, window_used integer NOT NULL DEFAULT 0,
  breaker_state text NOT NULL DEFAULT 'closed', failures_in_row integer NOT NULL DEFAULT 0, opens_until bigint, probe smallint,
  PRIMARY KEY (scope, name),
  CONSTRAINT workflow_lane_settings_scope_known CHECK (scope IN ('queue','task')),
  CONSTRAINT workflow_lane_settings_breaker_known CHECK (breaker IN ('auto','open','closed')),
  CONSTRAINT workflow_lane_settings_breaker_state_known CHECK (breaker_state IN ('closed','open','halfOpen'))
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)`;

const grants = `
CREATE TABLE workflow_slot_grants (
  scope text NOT NULL, name text NOT NULL, topology smallint NOT NULL, partition smallint NOT NULL, epoch integer NOT NULL,
  granted integer NOT NULL, demand integer NOT NULL, asked_at bigint NOT NULL,
  PRIMARY KEY (scope, name, topology, partition)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)`;

/** Limits of queues and tasks, what has been used of them, and the slots that partitions hold. */
export class Lanes1764036000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const script of [settings, grants]) await runner.query(script);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['workflow_slot_grants', 'workflow_lane_settings']) await runner.query(`DROP TABLE ${table}`);
  }
}
