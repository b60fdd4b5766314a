import { canonicalJson } from '#libs/engine';
import { NOW_MS } from '../connections/database-clock.js';
import { plainArray, textArray, textLiteral } from '../connections/pg-array.js';
import { writeStored } from '../payloads/stored-json.js';
import type { Section } from './section.js';

const jsonOrNull = (value: unknown): string | null => (value === null ? null : canonicalJson(value));

/** To instances that may not be there (yet), so without a look at them. */
export const inboxSent: Section = {
  rows: ({ inboxSent = [] }) => inboxSent.length,
  columns: { instance_id: 'uuid', id: 'text', bucket: 'smallint', kind: 'text', content: 'text' },
  values: ({ inboxSent: rows = [] }, payloads) => [
    plainArray(rows.map((row) => row.instanceId)),
    textArray(rows.map((row) => row.id)),
    plainArray(rows.map((row) => row.bucket)),
    textArray(rows.map((row) => row.kind)),
    textArray(rows.map((row) => writeStored(row.instanceId, row.content, payloads))),
  ],
  sql: (source) => `INSERT INTO workflow_inbox (instance_id, id, bucket, kind, content, received_at)
    SELECT u.instance_id, u.id, u.bucket, u.kind, u.content, ${NOW_MS} FROM ${source}
    ON CONFLICT DO NOTHING`,
};

const askColumns = {
  instance_id: 'uuid',
  path: 'text',
  tenant: 'text',
  definition: 'text',
  name: 'text',
  kind: 'text',
  prompt: 'text',
  choices: 'text',
  form: 'text',
  assignees: 'text',
  claimed_by: 'text',
  due_at: 'bigint',
  timeout_at: 'bigint',
  opened_at: 'bigint',
};
const askNames = Object.keys(askColumns).join(', ');

export const asks: Section = {
  rows: ({ asks = [] }) => asks.length,
  columns: askColumns,
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
    textArray(rows.map((row) => textLiteral(row.assignees))),
    textArray(rows.map((row) => row.claimedBy)),
    plainArray(rows.map((row) => row.dueAt)),
    plainArray(rows.map((row) => row.timeoutAt)),
    plainArray(rows.map((row) => row.openedAt)),
  ],
  sql: (source) => `INSERT INTO workflow_asks (${askNames})
    SELECT ${askNames.replace('assignees', 'assignees::text[]')} FROM ${source}
    ON CONFLICT (instance_id, path) DO UPDATE SET name = excluded.name, kind = excluded.kind, prompt = excluded.prompt,
      choices = excluded.choices, form = excluded.form, assignees = excluded.assignees, claimed_by = excluded.claimed_by,
      due_at = excluded.due_at, timeout_at = excluded.timeout_at`,
};

export const asksGone: Section = {
  rows: ({ asksGone = [] }) => asksGone.length,
  columns: { instance_id: 'uuid', path: 'text' },
  values: ({ asksGone: rows = [] }) => [plainArray(rows.map((row) => row.instanceId)), textArray(rows.map((row) => row.path))],
  sql: (source) => `DELETE FROM workflow_asks AS w USING ${source} WHERE w.instance_id = u.instance_id AND w.path = u.path`,
};

/** What was too big for a row of the others: must be looked at after them. */
export const payloads: Section = {
  rows: (_batch, { rows }) => rows.length,
  columns: { instance_id: 'uuid', sha256: 'text', size: 'int', content: 'text' },
  values: (_batch, { values }) => [...values],
  sql: (source) => `INSERT INTO workflow_payloads (instance_id, sha256, size, content, stored_at)
    SELECT u.instance_id, u.sha256, u.size, u.content, ${NOW_MS} FROM ${source}
    ON CONFLICT DO NOTHING`,
};
