import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
ALTER TABLE workflow_instances ADD COLUMN origin text;
CREATE TABLE workflow_attachments (
  instance_id uuid NOT NULL, parent_id uuid NOT NULL, path text NOT NULL, token integer NOT NULL, bucket smallint NOT NULL,
  PRIMARY KEY (instance_id, parent_id, path, token)
);
CREATE INDEX workflow_attachments_by_bucket ON workflow_attachments (bucket);
CREATE TABLE workflow_asks (
  instance_id uuid NOT NULL, path text NOT NULL, tenant text NOT NULL, definition text NOT NULL, name text NOT NULL, kind text NOT NULL,
  prompt text, choices text, form text, assignees text[] NOT NULL, claimed_by text,
  due_at bigint, timeout_at bigint, opened_at bigint NOT NULL,
  PRIMARY KEY (instance_id, path)
);
CREATE INDEX workflow_asks_by_age ON workflow_asks (tenant, opened_at, instance_id, path);
CREATE INDEX workflow_asks_by_claim ON workflow_asks (claimed_by) WHERE claimed_by IS NOT NULL;
CREATE INDEX workflow_asks_by_assignee ON workflow_asks USING gin (assignees);`;

const down = `
DROP TABLE workflow_asks;
DROP TABLE workflow_attachments;
ALTER TABLE workflow_instances DROP COLUMN origin;`;

/** What instances say to one another and to people: parents, attached parents, asks. */
export class Conversations1763726400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
