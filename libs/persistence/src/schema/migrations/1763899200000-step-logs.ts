import type { MigrationInterface, QueryRunner } from 'typeorm';

// `id` grows in the order of commits of an instance, which has one writer: whoever reads on from it misses nothing.
const up = `
CREATE TABLE workflow_logs (
  instance_id uuid NOT NULL, token integer NOT NULL, no integer NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY,
  path text NOT NULL, attempt integer NOT NULL, at bigint NOT NULL, level text NOT NULL, text text NOT NULL,
  PRIMARY KEY (instance_id, token, no),
  CONSTRAINT workflow_logs_level_known CHECK (level IN ('debug','info','warn','error'))
);
CREATE INDEX workflow_logs_in_order ON workflow_logs (instance_id, id);`;

/** What handlers logged. */
export class StepLogs1763899200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE workflow_logs');
  }
}
