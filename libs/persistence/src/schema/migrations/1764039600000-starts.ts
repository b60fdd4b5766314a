import type { MigrationInterface, QueryRunner } from 'typeorm';

const limits = `
ALTER TABLE workflow_lock_requests ADD COLUMN rank integer NOT NULL DEFAULT 0, ADD COLUMN on_limit text,
  ADD COLUMN free_at bigint, ADD COLUMN displaced_at bigint;
DROP INDEX workflow_lock_requests_waiting;
DROP INDEX workflow_lock_requests_sweep;
CREATE INDEX workflow_lock_requests_waiting ON workflow_lock_requests (tenant, key, rank, no) WHERE fence IS NULL AND displaced_at IS NULL;
CREATE INDEX workflow_lock_requests_sweep ON workflow_lock_requests (bucket, tenant, key, rank, no) WHERE fence IS NULL AND displaced_at IS NULL;
CREATE INDEX workflow_lock_requests_impatient ON workflow_lock_requests (tenant, key, on_limit, no) WHERE on_limit IS NOT NULL AND displaced_at IS NULL;
CREATE INDEX workflow_lock_requests_free ON workflow_lock_requests (bucket, free_at) WHERE free_at IS NOT NULL;`;

const starts = `
ALTER TABLE workflow_instances ADD COLUMN singleton text, ADD COLUMN debounce text;
CREATE UNIQUE INDEX workflow_instances_singleton ON workflow_instances (tenant, definition, singleton) WHERE singleton IS NOT NULL;
CREATE UNIQUE INDEX workflow_instances_debounce ON workflow_instances (tenant, definition, debounce) WHERE debounce IS NOT NULL;`;

const pauses = `
ALTER TABLE workflow_definition_names ADD COLUMN paused_at bigint, ADD COLUMN paused_by text, ADD COLUMN pause_reason text`;

/** Which instances start when: limits of definitions, starts that stand for others, and paused definitions. */
export class Starts1764039600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const script of [limits, starts, pauses]) await runner.query(script);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE workflow_definition_names DROP COLUMN paused_at, DROP COLUMN paused_by, DROP COLUMN pause_reason',
    );
    await runner.query('ALTER TABLE workflow_instances DROP COLUMN singleton, DROP COLUMN debounce');
    await runner.query(`DELETE FROM workflow_lock_requests WHERE path = ''`);
    await runner.query(
      'ALTER TABLE workflow_lock_requests DROP COLUMN rank, DROP COLUMN on_limit, DROP COLUMN free_at, DROP COLUMN displaced_at',
    );
    await runner.query(
      `CREATE INDEX workflow_lock_requests_waiting ON workflow_lock_requests (tenant, key, no) WHERE fence IS NULL`,
    );
    await runner.query(`CREATE INDEX workflow_lock_requests_sweep ON workflow_lock_requests (bucket, no) WHERE fence IS NULL`);
  }
}
