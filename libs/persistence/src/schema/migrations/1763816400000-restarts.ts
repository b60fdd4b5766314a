import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Instances by the one they were restarted from; nothing for all the others. */
export class Restarts1763816400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX workflow_instances_restarts ON workflow_instances ((origin::jsonb #>> '{restartOf,instance}')) WHERE origin LIKE '{"restartOf"%'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX workflow_instances_restarts');
  }
}
