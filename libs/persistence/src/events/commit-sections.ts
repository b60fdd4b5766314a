import { canonicalJson } from '#libs/engine';
import { bigintArray, intArray, plainArray, textArray, uuidArray } from '../connections/pg-array.js';
import { writeStored, writeStoredValue } from '../payloads/stored-json.js';
import { asks, asksGone, inboxSent, payloads } from './conversation-sections.js';
import { logs } from '../logs/log-section.js';
import type { Section } from './section.js';
import { keySections } from '../keys/key-sections.js';

const events: Section = {
  rows: (batch) => batch.events.length,
  columns: {
    instance_id: 'uuid',
    seq: 'int',
    generation: 'int',
    type: 'text',
    path: 'text',
    attempt: 'int',
    data: 'text',
    occurred_at: 'bigint',
  },
  values: ({ events: rows }, payloads) => [
    uuidArray(rows.map((row) => row.instanceId)),
    intArray(rows.map((row) => row.event.seq)),
    intArray(rows.map((row) => row.event.generation)),
    textArray(rows.map((row) => row.event.type)),
    textArray(rows.map((row) => row.event.path)),
    intArray(rows.map((row) => row.event.attempt)),
    textArray(rows.map((row) => writeStored(row.instanceId, row.event.data, payloads))),
    bigintArray(rows.map((row) => row.event.at)),
  ],
  sql: (source) =>
    `INSERT INTO workflow_events (instance_id, seq, generation, type, path, attempt, data, occurred_at) SELECT * FROM ${source}`,
};

const heads: Section = {
  rows: (batch) => batch.heads.length,
  columns: {
    id: 'uuid',
    status: 'text',
    seq: 'int',
    generation: 'int',
    summary: 'text',
    output: 'text',
    error: 'text',
    tags: 'text',
    started_at: 'bigint',
    ended_at: 'bigint',
    steps_done: 'int',
    steps_total: 'int',
    current_step: 'text',
  },
  values: ({ heads: rows }, payloads) => [
    uuidArray(rows.map((row) => row.id)),
    textArray(rows.map((row) => row.status)),
    intArray(rows.map((row) => row.seq)),
    intArray(rows.map((row) => row.generation)),
    textArray(rows.map((row) => row.summary)),
    textArray(rows.map(({ id, output }) => (output === null ? null : writeStoredValue(id, output, payloads)))),
    textArray(rows.map(({ id, error }) => (error === null ? null : writeStored(id, error, payloads)))),
    textArray(rows.map((row) => canonicalJson(row.tags))),
    bigintArray(rows.map((row) => row.startedAt)),
    bigintArray(rows.map((row) => row.endedAt)),
    intArray(rows.map((row) => row.stepsDone)),
    intArray(rows.map((row) => row.stepsTotal)),
    textArray(rows.map((row) => row.currentStep)),
  ],
  sql: (
    source,
  ) => `UPDATE workflow_instances AS i SET status = u.status, seq = u.seq, generation = u.generation, summary = u.summary,
    output = u.output, error = u.error, tags = u.tags::jsonb, started_at = u.started_at, ended_at = u.ended_at,
    steps_done = u.steps_done, steps_total = u.steps_total, current_step = u.current_step,
    singleton = CASE WHEN u.ended_at IS NULL THEN i.singleton END, debounce = CASE WHEN u.status = 'pending' THEN i.debounce END
    FROM ${source} WHERE i.id = u.id`,
};

const wakeups: Section = {
  rows: (batch) => batch.wakeups.filter((row) => !row.remove).length,
  columns: { instance_id: 'uuid', bucket: 'smallint', due_at: 'bigint', work: 'text' },
  values: (batch) => {
    const rows = batch.wakeups.filter((row) => !row.remove);
    return [
      uuidArray(rows.map((row) => row.instanceId)),
      plainArray(rows.map((row) => row.bucket)),
      bigintArray(rows.map((row) => row.dueAt)),
      textArray(rows.map((row) => row.work)),
    ];
  },
  sql: (source) => `INSERT INTO workflow_wakeups (instance_id, bucket, due_at, work) SELECT * FROM ${source}
    ON CONFLICT (instance_id) DO UPDATE SET due_at = excluded.due_at, work = excluded.work`,
};

const wakeupsGone: Section = {
  rows: (batch) => batch.wakeups.filter((row) => row.remove).length,
  columns: { id: 'uuid' },
  values: (batch) => [uuidArray(batch.wakeups.filter((row) => row.remove).map((row) => row.instanceId))],
  sql: (source) => `DELETE FROM workflow_wakeups AS w USING ${source} WHERE w.instance_id = u.id`,
};

// The first outcome stays. No `applied_seq IS NULL` in the condition: it would invite a scan of the whole partial index.
const inbox: Section = {
  rows: (batch) => batch.inboxApplied.length,
  columns: { instance_id: 'uuid', id: 'text', seq: 'int', outcome: 'text' },
  values: ({ inboxApplied: rows }) => [
    uuidArray(rows.map((row) => row.instanceId)),
    textArray(rows.map((row) => row.id)),
    intArray(rows.map((row) => row.seq)),
    textArray(rows.map((row) => row.outcome)),
  ],
  sql: (
    source,
  ) => `UPDATE workflow_inbox AS i SET applied_seq = coalesce(i.applied_seq, u.seq), outcome = coalesce(i.outcome, u.outcome)
    FROM ${source} WHERE i.instance_id = u.instance_id AND i.id = u.id`,
};

const unsent: Section = {
  rows: (batch) => batch.unsent.length,
  columns: { instance_id: 'uuid', token: 'int', is_event: 'boolean', partition: 'smallint', tries: 'int', retry_at: 'bigint' },
  values: ({ unsent: rows }) => [
    uuidArray(rows.map((row) => row.instanceId)),
    intArray(rows.map((row) => row.token)),
    plainArray(rows.map((row) => String(row.isEvent))),
    plainArray(rows.map((row) => row.partition)),
    intArray(rows.map((row) => row.tries)),
    bigintArray(rows.map((row) => row.retryAt)),
  ],
  sql: (source) => `INSERT INTO workflow_unsent (instance_id, token, is_event, partition, tries, retry_at) SELECT * FROM ${source}
    ON CONFLICT (instance_id, token) DO UPDATE SET partition = excluded.partition, tries = excluded.tries, retry_at = excluded.retry_at`,
};

const unsentGone: Section = {
  rows: (batch) => batch.unsentDone.length,
  columns: { instance_id: 'uuid', token: 'int' },
  values: ({ unsentDone: rows }) => [uuidArray(rows.map((row) => row.instanceId)), intArray(rows.map((row) => row.token))],
  sql: (source) => `DELETE FROM workflow_unsent AS w USING ${source} WHERE w.instance_id = u.instance_id AND w.token = u.token`,
};

const snapshots: Section = {
  rows: (batch) => batch.snapshots.length,
  columns: { instance_id: 'uuid', seq: 'int', state: 'text' },
  values: ({ snapshots: rows }) => [
    uuidArray(rows.map((row) => row.instanceId)),
    intArray(rows.map((row) => row.seq)),
    textArray(rows.map((row) => row.state)),
  ],
  sql: (source) => `INSERT INTO workflow_snapshots (instance_id, seq, state) SELECT * FROM ${source}
    ON CONFLICT (instance_id) DO UPDATE SET seq = excluded.seq, state = excluded.state`,
};

const counters = ['started', 'completed', 'failed', 'cancelled', 'timed_out', 'steps', 'duration_ms'];

/** A counter that a stranger has written over must not refuse the batches of everybody. */
const mostCounted = Number.MAX_SAFE_INTEGER;

const stats: Section = {
  rows: (batch) => batch.stats.length,
  columns: {
    partition: 'smallint',
    minute: 'bigint',
    definition: 'text',
    ...Object.fromEntries(counters.map((name) => [name, 'bigint'])),
  },
  values: ({ stats: rows, partition }) => [
    plainArray(rows.map(() => partition)),
    bigintArray(rows.map((row) => row.minute)),
    textArray(rows.map((row) => row.definition)),
    bigintArray(rows.map((row) => row.started)),
    bigintArray(rows.map((row) => row.completed)),
    bigintArray(rows.map((row) => row.failed)),
    bigintArray(rows.map((row) => row.cancelled)),
    bigintArray(rows.map((row) => row.timedOut)),
    bigintArray(rows.map((row) => row.steps)),
    bigintArray(rows.map((row) => row.durationMs)),
  ],
  sql: (
    source,
  ) => `INSERT INTO workflow_stats AS s (partition, minute, definition, ${counters.join(', ')}) SELECT * FROM ${source}
    ON CONFLICT (minute, definition, partition) DO UPDATE SET ${counters.map((name) => `${name} = least(s.${name}, ${mostCounted}) + excluded.${name}`).join(', ')}`,
};

/** In a fixed order: the bit of a section is its place here. `payloads` stays the last one. */
export const sections: readonly Section[] = [
  events,
  heads,
  wakeups,
  wakeupsGone,
  inbox,
  unsent,
  unsentGone,
  snapshots,
  stats,
  inboxSent,
  asks,
  asksGone,
  logs,
  ...keySections,
  payloads,
];
