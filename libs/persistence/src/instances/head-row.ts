import type { InstanceError, InstanceId } from '#libs/engine';
import { type PayloadRef, readStored, readStoredValue, refsIn } from '../payloads/stored-json.js';
import type { InstanceHead, InstanceOrigin } from '../ports.js';
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
    'origin',
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

const noContents: ReadonlyMap<string, string> = new Map();

/** Payloads a head names. */
export function headRefs({ input, output, error, origin }: InstanceEntity): PayloadRef[] {
  const structured = [error, origin].filter((text) => text !== null);
  return [...refsIn(output === null ? [input] : [input, output], true), ...refsIn(structured)];
}

/** A stored row as the port knows it: the JSON texts read. @param contents of the payloads it names */
export function headOf(row: InstanceEntity, contents: ReadonlyMap<string, string> = noContents): InstanceHead {
  const { id, parent, input, output, error, origin } = row;
  return {
    ...row,
    id: id as InstanceId,
    parent: parent as InstanceId | null,
    origin: origin === null ? null : readStored<InstanceOrigin>(origin, contents),
    input: readStoredValue(input, contents),
    output: output === null ? null : readStoredValue(output, contents),
    error: error === null ? null : readStored<InstanceError>(error, contents),
  };
}
