import type { InstanceError, InstanceId } from '#libs/engine';
import type { InstanceHead } from '../ports.js';
import { isJsonObject, jsonOr } from '../payloads/spoilt.js';
import { headColumns } from './head-row.js';

const unreadableError: InstanceError = { code: 'UNREADABLE', message: 'what is stored of the error cannot be read' };

/** A head without its payloads. */
export type InstanceListItem = Omit<InstanceHead, 'input' | 'output' | 'origin'>;

export type ListRow = Omit<InstanceListItem, 'error'> & { readonly error: string | null };

export const listColumns = headColumns('i')
  .split(', ')
  .filter((column) => !['i.input', 'i.output', 'i.origin'].includes(column))
  .join(', ');

export const listItemOf = (row: ListRow): InstanceListItem => ({
  ...row,
  id: row.id as InstanceId,
  tags: isJsonObject(row.tags) ? row.tags : {},
  error: row.error === null ? null : jsonOr<InstanceError>(row.error, isJsonObject, unreadableError),
});
