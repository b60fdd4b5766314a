import type { AuditEventItem } from '#libs/contracts';
import type { AuditEvent, Json } from '#libs/engine';
import { toIso } from '../http/times.js';

export const toEventItem = (event: AuditEvent): AuditEventItem => ({
  seq: event.seq,
  generation: event.generation,
  type: event.type,
  path: event.path ?? null,
  attempt: event.attempt ?? null,
  data: event.data as unknown as Json,
  at: toIso(event.at),
});
