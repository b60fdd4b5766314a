import type { MigrationInterface, QueryRunner } from 'typeorm';

const triggers = `
CREATE SEQUENCE workflow_trigger_revisions;
CREATE TABLE workflow_triggers (
  tenant text NOT NULL, name text NOT NULL, kind text NOT NULL, definition text, version text, source text NOT NULL,
  spec text NOT NULL, secrets text, status text NOT NULL, note text, changed_by text, revision bigint NOT NULL,
  position bigint NOT NULL, next_at bigint, failures_in_row integer NOT NULL DEFAULT 0,
  last_run_at bigint, last_outcome text, last_instance uuid, created_at bigint NOT NULL, changed_at bigint NOT NULL,
  PRIMARY KEY (tenant, name),
  CONSTRAINT workflow_triggers_kind_known CHECK (kind IN ('schedule','hook','message')),
  CONSTRAINT workflow_triggers_source_known CHECK (source IN ('definition','api')),
  CONSTRAINT workflow_triggers_status_known CHECK (status IN ('active','paused','disabled'))
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX workflow_triggers_due ON workflow_triggers (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX workflow_triggers_by_definition ON workflow_triggers (tenant, definition, name);`;

const runs = `
CREATE TABLE workflow_trigger_runs (
  tenant text NOT NULL, trigger text NOT NULL, lane text NOT NULL, slot bigint NOT NULL, id uuid NOT NULL, at bigint NOT NULL,
  how text NOT NULL, outcome text NOT NULL, count integer NOT NULL, instance_id uuid, reason text, is_open boolean NOT NULL,
  PRIMARY KEY (tenant, trigger, lane, slot),
  CONSTRAINT workflow_trigger_runs_lane_known CHECK (lane IN ('slot','manual','missed'))
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX workflow_trigger_runs_list ON workflow_trigger_runs (tenant, trigger, id);
CREATE INDEX workflow_trigger_runs_age ON workflow_trigger_runs (id);
CREATE INDEX workflow_trigger_runs_open ON workflow_trigger_runs (tenant, trigger, slot) WHERE is_open;
CREATE INDEX workflow_trigger_runs_ends ON workflow_trigger_runs (id) WHERE is_open;
CREATE TABLE workflow_backfills (
  id uuid NOT NULL, tenant text NOT NULL, trigger text NOT NULL, position bigint NOT NULL, until bigint NOT NULL,
  overlap text NOT NULL, last uuid, due_at bigint NOT NULL, created_at bigint NOT NULL, ended_at bigint,
  PRIMARY KEY (id)
) WITH (fillfactor = 50);
CREATE INDEX workflow_backfills_due ON workflow_backfills (due_at) WHERE ended_at IS NULL;`;

/** What starts instances by itself, what came of it, and ranges of slots that are made up for. */
export class Triggers1764028800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const script of [triggers, runs]) await runner.query(script);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['workflow_backfills', 'workflow_trigger_runs', 'workflow_triggers'])
      await runner.query(`DROP TABLE ${table}`);
    await runner.query('DROP SEQUENCE workflow_trigger_revisions');
  }
}
