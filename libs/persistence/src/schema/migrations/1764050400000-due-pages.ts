import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Wake-ups that are due at the same moment are read page by page, so their order goes on after the time. */
export class DuePages1764050400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await recreate(runner, 'due_at, instance_id, bucket');
  }

  async down(runner: QueryRunner): Promise<void> {
    await recreate(runner, 'due_at, bucket');
  }
}

async function recreate(runner: QueryRunner, columns: string): Promise<void> {
  await runner.query('DROP INDEX workflow_wakeups_due');
  await runner.query(`CREATE INDEX workflow_wakeups_due ON workflow_wakeups (${columns}) WHERE due_at IS NOT NULL`);
}
