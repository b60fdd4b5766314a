import { isUtf8 } from 'node:buffer';
import type { Incident, IncidentDetail, IncidentGroup } from '#libs/contracts';
import type { JsonObject } from '#libs/engine';
import type { IncidentGroupRow, IncidentRow, IncidentWithMessage } from '#libs/persistence';
import { toIso, toIsoOrNull } from '../http/times.js';

const messages: ReadonlySet<string> = new Set([
  'unreadable',
  'refusedCommand',
  'refusedMessage',
  'refusedHook',
  'failingCommand',
  'failingMessage',
  'undecidable',
  'refused',
]);

/** What redriving does; of a row that only counts others there is nothing to be redriven. */
export function redriveOf({ kind, messageKey }: { kind: string; messageKey?: string | null }): Incident['redrive'] {
  if (messageKey?.startsWith('more:')) return null;
  if (messages.has(kind)) return 'message';
  if (kind === 'lostStep') return 'step';
  return kind === 'broken' ? 'instance' : null;
}

const whatCanBeDone = (incident: { kind: string; messageKey?: string | null }): Pick<Incident, 'redrive' | 'isEditable'> => {
  const redrive = redriveOf(incident);
  return { redrive, isEditable: redrive === 'message' || redrive === 'step' };
};

export function presentIncident(row: IncidentRow): Incident {
  const { id, kind, code, reason, instanceId, definition, path, step, status, deliveries, redrives } = row;
  return {
    ...{ id, kind, code, reason, instance: instanceId, definition, path, step, status, deliveries, redrives },
    ...whatCanBeDone(row),
    ...{ at: toIso(row.at), lastAt: toIso(row.lastAt), closedAt: toIsoOrNull(row.closedAt) },
    ...{ closedBy: row.closedBy, closedReason: row.closedReason },
  };
}

export function presentDetail(row: IncidentWithMessage): IncidentDetail {
  const { headers, raw, error, result } = row;
  return { ...presentIncident(row), headers: headers as JsonObject | null, raw: raw && presentRaw(raw), error, result };
}

export const presentGroup = ({ instanceId: _, firstAt, lastAt, ...row }: IncidentGroupRow): IncidentGroup => ({
  ...row,
  ...whatCanBeDone(row),
  firstAt: toIso(firstAt),
  lastAt: toIso(lastAt),
});

const presentRaw = (raw: Buffer): IncidentDetail['raw'] => {
  const isText = isUtf8(raw);
  return { text: isText ? raw.toString('utf8') : null, base64: isText ? null : raw.toString('base64'), bytes: raw.length };
};
