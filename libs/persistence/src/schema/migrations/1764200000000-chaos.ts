import type { MigrationInterface, QueryRunner } from 'typeorm';

const runs = `
CREATE TABLE workflow_chaos_runs (
  id uuid PRIMARY KEY, plan text NOT NULL, reason text, by text,
  started_at bigint NOT NULL, ends_at bigint NOT NULL, ended_at bigint, counted_from bigint NOT NULL
)`;

const faults = `
CREATE TABLE workflow_chaos_faults (
  run_id uuid NOT NULL, service text NOT NULL, no integer NOT NULL, kind text NOT NULL, at bigint NOT NULL, target text NOT NULL,
  count integer NOT NULL, ms integer, instances uuid[] NOT NULL, paths text[] NOT NULL,
  partitions smallint[] NOT NULL, epochs integer[] NOT NULL, batch_nos bigint[] NOT NULL,
  PRIMARY KEY (run_id, service, no)
)`;

/** Runs of chaos mode, and the faults that were injected. */
export class Chaos1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const script of [runs, faults]) await runner.query(script);
    await runner.query('CREATE INDEX workflow_chaos_faults_newest ON workflow_chaos_faults (run_id, at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['workflow_chaos_faults', 'workflow_chaos_runs']) await runner.query(`DROP TABLE ${table}`);
  }
}
