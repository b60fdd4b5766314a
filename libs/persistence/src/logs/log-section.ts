import { plainArray, textArray } from '../connections/pg-array.js';
import type { Section } from '../events/section.js';

/** A completion that comes twice brings its lines twice: the first ones stay. */
export const logs: Section = {
  rows: (batch) => batch.logs?.length ?? 0,
  types: ['uuid', 'int', 'int', 'text', 'int', 'bigint', 'text', 'text'],
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
  sql: (source) => `INSERT INTO workflow_logs (instance_id, token, no, path, attempt, at, level, text) SELECT * FROM ${source}
    ON CONFLICT (instance_id, token, no) DO NOTHING`,
};
