import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
CREATE TABLE workflow_bulk_jobs (
  id uuid NOT NULL, tenant text NOT NULL, action text NOT NULL, message text NOT NULL, filter text, ids uuid[],
  status text NOT NULL, total integer NOT NULL, total_is_capped boolean NOT NULL,
  position uuid, done integer NOT NULL DEFAULT 0, failed integer NOT NULL DEFAULT 0, per_second integer NOT NULL,
  created_at bigint NOT NULL, ended_at bigint, lease_owner text, lease_until bigint NOT NULL,
  PRIMARY KEY (id)
) WITH (fillfactor = 50);
CREATE INDEX workflow_bulk_jobs_open ON workflow_bulk_jobs (lease_until) WHERE ended_at IS NULL;
CREATE TABLE workflow_bulk_failures (
  job_id uuid NOT NULL, instance_id uuid NOT NULL, code text NOT NULL, message text NOT NULL,
  PRIMARY KEY (job_id, instance_id)
);`;

const down = `
DROP TABLE workflow_bulk_failures;
DROP TABLE workflow_bulk_jobs;`;

/** Actions on many instances as jobs of the server. */
export class Bulk1763812800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
