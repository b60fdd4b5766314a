import { canonicalJson } from '#libs/engine';
import { NOW_MS } from '../connections/database-clock.js';
import { plainArray, textArray } from '../connections/pg-array.js';
import { writeStored } from '../payloads/stored-json.js';
import type { Section } from './section.js';

const jsonOrNull = (value: unknown): string | null => (value === null ? null : canonicalJson(value));

/** To instances that may not be there (yet), so without a look at them. */
export const inboxSent: Section = {
  rows: ({ inboxSent = [] }) => inboxSent.length,
  types: ['uuid', 'text', 'smallint', 'text', 'text'],
  values: ({ inboxSent: rows = [] }, payloads) => [
    plainArray(rows.map((row) => row.instanceId)),
    textArray(rows.map((row) => row.id)),
    plainArray(rows.map((row) => row.bucket)),
    textArray(rows.map((row) => row.kind)),
    textArray(rows.map((row) => writeStored(row.instanceId, row.content, payloads))),
  ],
  sql: (source) => `INSERT INTO workflow_inbox (instance_id, id, bucket, kind, content, received_at)
    SELECT u.instance_id, u.id, u.bucket, u.kind, u.content, ${NOW_MS} FROM ${source} AS u(instance_id, id, bucket, kind, content)
    ON CONFLICT DO NOTHING`,
};

const askColumns =
  'instance_id, path, tenant, definition, name, kind, prompt, choices, form, assignees, claimed_by, due_at, timeout_at, opened_at';

export const asks: Section = {
  rows: ({ asks = [] }) => asks.length,
  types: [
    'uuid', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'bigint', 'bigint', 'bigint',
  ], // prettier-ignore
  values: ({ asks: rows = [] }) => [
    plainArray(rows.map((row) => row.instanceId)),
    textArray(rows.map((row) => row.path)),
    textArray(rows.map((row) => row.tenant)),
    textArray(rows.map((row) => row.definition)),
    textArray(rows.map((row) => row.name)),
    textArray(rows.map((row) => row.kind)),
    textArray(rows.map((row) => row.prompt)),
    textArray(rows.map((row) => jsonOrNull(row.choices))),
    textArray(rows.map((row) => jsonOrNull(row.form))),
    textArray(rows.map((row) => textArray(row.assignees))),
    textArray(rows.map((row) => row.claimedBy)),
    plainArray(rows.map((row) => row.dueAt)),
    plainArray(rows.map((row) => row.timeoutAt)),
    plainArray(rows.map((row) => row.openedAt)),
  ],
  sql: (source) => `INSERT INTO workflow_asks (${askColumns})
    SELECT ${askColumns.replace('assignees', 'assignees::text[]')} FROM ${source} AS u(${askColumns})
    ON CONFLICT (instance_id, path) DO UPDATE SET name = excluded.name, kind = excluded.kind, prompt = excluded.prompt,
      choices = excluded.choices, form = excluded.form, assignees = excluded.assignees, claimed_by = excluded.claimed_by,
      due_at = excluded.due_at, timeout_at = excluded.timeout_at`,
};

export const asksGone: Section = {
  rows: ({ asksGone = [] }) => asksGone.length,
  types: ['uuid', 'text'],
  values: ({ asksGone: rows = [] }) => [plainArray(rows.map((row) => row.instanceId)), textArray(rows.map((row) => row.path))],
  sql: (source) =>
    `DELETE FROM workflow_asks AS w USING ${source} AS u(instance_id, path) WHERE w.instance_id = u.instance_id AND w.path = u.path`,
};

/** What was too big for a row of the others: must be looked at after them. */
export const payloads: Section = {
  rows: (_batch, { rows }) => rows.length,
  types: ['uuid', 'text', 'int', 'text'],
  values: (_batch, { values }) => [...values],
  sql: (source) => `INSERT INTO workflow_payloads (instance_id, sha256, size, content, stored_at)
    SELECT u.instance_id, u.sha256, u.size, u.content, ${NOW_MS} FROM ${source} AS u(instance_id, sha256, size, content)
    ON CONFLICT DO NOTHING`,
};
