import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a change came to, for a repeat of its request. */
export class OperatorLogResults1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE workflow_operator_log ADD COLUMN result text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE workflow_operator_log DROP COLUMN result');
  }
}
