import type { AuditEvent } from '../model/audit-event.js';
import type { InstanceState } from '../state/instance-state.js';

/** What a log says that this version cannot mean: a newer one wrote it, or it is damaged. It is refused, never skipped. */
export const unknownTo = ({ id }: InstanceState, { seq, type, path }: AuditEvent): string =>
  `event ${seq} of ${id}: this version knows no audit event "${type}" ${path === undefined ? 'without a path' : `at "${path}"`}`;
