import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a change came to, for a repeat of its request. */
export class OperatorLogResults1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE workflow_operator_log ADD COLUMN result text');
    // Those that are swept: by their ids, which begin with the time.
    await runner.query('CREATE INDEX workflow_operator_log_results ON workflow_operator_log (id) WHERE result IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE workflow_operator_log DROP COLUMN result');
  }
}
