import { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';
import { DataFault, JournalCollision } from '../ports.js';

const JOURNAL_KEY = 'workflow_batches_pkey';

/** What the server refused, in words a caller can react to; anything else (a lost connection) stays as it is: its outcome is unknown. */
export function commitFault(error: unknown, partition: number, batchNo: number): unknown {
  if (!(error instanceof DatabaseError)) return error;
  if (error.code === '23505' && error.constraint === JOURNAL_KEY)
    return new JournalCollision(partition, batchNo, { cause: error });
  return dataFault(error) ?? error;
}

/** SQLSTATE 22 (a value that cannot be stored) and 23 (a constraint). 54000 is a value beyond a limit of the server. */
export function dataFault(thrown: unknown): DataFault | undefined {
  const error: unknown = thrown instanceof QueryFailedError ? thrown.driverError : thrown;
  if (!(error instanceof DatabaseError) || error.code === undefined) return undefined;
  if (!/^(22|23|54000)/.test(error.code)) return undefined;
  const place = error.constraint ?? error.table;
  return new DataFault(error.code, `PostgreSQL refused what was written${place ? ` (${place})` : ''}: ${error.message}`, {
    cause: error,
  });
}
