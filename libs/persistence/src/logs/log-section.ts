import { NOW_MS } from '../connections/database-clock.js';
import { plainArray, textArray } from '../connections/pg-array.js';
import type { Section } from '../events/section.js';

/**
 * A completion that comes twice brings its lines twice: the first ones stay. A worker whose clock is ahead logs nothing from the future: its
 * lines would outlive their time.
 */
export const logs: Section = {
  rows: (batch) => batch.logs?.length ?? 0,
  columns: {
    instance_id: 'uuid',
    token: 'int',
    no: 'int',
    path: 'text',
    attempt: 'int',
    at: 'bigint',
    level: 'text',
    text: 'text',
  },
  values: ({ logs: rows = [] }) => [
    plainArray(rows.map((row) => row.instanceId)),
    plainArray(rows.map((row) => row.token)),
    plainArray(rows.map((row) => row.no)),
    textArray(rows.map((row) => row.path)),
    plainArray(rows.map((row) => row.attempt)),
    plainArray(rows.map((row) => Math.trunc(row.at))),
    textArray(rows.map((row) => row.level)),
    textArray(rows.map((row) => row.text)),
  ],
  sql: (source) => `INSERT INTO workflow_logs (instance_id, token, no, path, attempt, at, level, text)
    SELECT u.instance_id, u.token, u.no, u.path, u.attempt, least(u.at, ${NOW_MS}), u.level, u.text
    FROM ${source}
    ON CONFLICT (instance_id, token, no) DO NOTHING`,
};
