import type { InstanceError, InstanceId, Json } from '#libs/engine';
import type { InstanceHead } from '../ports.js';
import type { InstanceEntity } from '../schema/entities/instance.entity.js';

/** Columns of a head, for hand-written statements; `headOf` reads what they give. */
export const headColumns = (alias: string): string =>
  [
    'id',
    'tenant',
    'definition',
    'version',
    'checksum',
    'key',
    'status',
    'seq',
    'generation',
    'bucket',
    'queue',
    'priority',
    'summary',
    'input',
    'output',
    'error',
    'tags',
    'parent',
    'created_at AS "createdAt"',
    'start_at AS "startAt"',
    'started_at AS "startedAt"',
    'ended_at AS "endedAt"',
    'steps_done AS "stepsDone"',
    'steps_total AS "stepsTotal"',
    'current_step AS "currentStep"',
  ]
    .map((column) => `${alias}.${column}`)
    .join(', ');

const parsed = (text: string | null): Json | null => (text === null ? null : (JSON.parse(text) as Json));

/** A stored row as the port knows it: the three JSON texts read. */
export function headOf(row: InstanceEntity): InstanceHead {
  return {
    ...row,
    id: row.id as InstanceId,
    parent: row.parent as InstanceId | null,
    input: JSON.parse(row.input) as Json,
    output: parsed(row.output),
    error: parsed(row.error) as InstanceError | null,
  };
}
