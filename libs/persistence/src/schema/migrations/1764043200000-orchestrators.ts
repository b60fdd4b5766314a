import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who owns what, since when, and what it runs: for people who look at the partitions. Null where an older version wrote the row. */
export class Orchestrators1764043200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE workflow_orchestrators ADD COLUMN version text, ADD COLUMN started_at bigint');
    await runner.query('ALTER TABLE workflow_partitions ADD COLUMN owned_since bigint, ADD COLUMN renewed_at bigint');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE workflow_partitions DROP COLUMN renewed_at, DROP COLUMN owned_since');
    await runner.query('ALTER TABLE workflow_orchestrators DROP COLUMN started_at, DROP COLUMN version');
  }
}
