import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
ALTER TABLE workflow_incidents ADD COLUMN code text, ADD COLUMN definition text, ADD COLUMN step text, ADD COLUMN error text,
  ADD COLUMN deliveries integer NOT NULL DEFAULT 1, ADD COLUMN redrives integer NOT NULL DEFAULT 0, ADD COLUMN last_at bigint,
  ADD COLUMN redriving_until bigint, ADD COLUMN closed_as text, ADD COLUMN closed_by text, ADD COLUMN closed_reason text,
  ADD COLUMN result text;
UPDATE workflow_incidents SET code = substring(reason from '^([A-Z][A-Z_]*): '), step = regexp_replace(path, '/[0-9]+(?=/|$)', '/*', 'g'),
  definition = (SELECT i.definition FROM workflow_instances i WHERE i.id = instance_id);
CREATE INDEX workflow_incidents_closed ON workflow_incidents (resolved_at) WHERE resolved_at IS NOT NULL;
ALTER TABLE workflow_operator_log ADD COLUMN address text;`;

const down = `
ALTER TABLE workflow_operator_log DROP COLUMN address;
DROP INDEX workflow_incidents_closed;
ALTER TABLE workflow_incidents DROP COLUMN code, DROP COLUMN definition, DROP COLUMN step, DROP COLUMN error, DROP COLUMN deliveries,
  DROP COLUMN redrives, DROP COLUMN last_at, DROP COLUMN redriving_until, DROP COLUMN closed_as, DROP COLUMN closed_by,
  DROP COLUMN closed_reason, DROP COLUMN result;`;

/** What becomes of incidents, and where operators act from. Everything new may be absent: the version before goes on writing. */
export class Incidents1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
