import { NOW_MS } from '../connections/database-clock.js';
import { plainArray, textArray } from '../connections/pg-array.js';
import type { Section } from '../events/section.js';
import type { BatchCommit } from '../ports.js';
import { lockBucket } from './key-address.js';
import type { OfferedEvent } from './key-rows.js';

/** Filled in when the commit has seen what is kept for its subscriptions. */
export interface WithOffers extends BatchCommit {
  readonly offered?: readonly OfferedEvent[];
}

/** One row a name. */
const namesOf = ({ subscribed = [] }: BatchCommit) => subscribed.flatMap((wait) => wait.names.map((name) => ({ ...wait, name })));

const subscribed: Section = {
  rows: (batch) => batch.subscribed?.length ?? 0,
  columns: { instance_id: 'uuid', path: 'text', seq: 'int', name: 'text', tenant: 'text', key: 'text', since: 'bigint' },
  values: (batch) => {
    const rows = namesOf(batch);
    return [
      plainArray(rows.map((row) => row.instanceId)),
      textArray(rows.map((row) => row.path)),
      plainArray(rows.map((row) => row.seq)),
      textArray(rows.map((row) => row.name)),
      textArray(rows.map((row) => row.tenant)),
      textArray(rows.map((row) => row.key)),
      plainArray(rows.map((row) => row.since)),
    ];
  },
  sql: (source) =>
    `INSERT INTO workflow_subscriptions (instance_id, path, seq, name, tenant, key, since) SELECT * FROM ${source} ON CONFLICT DO NOTHING`,
};

const unsubscribed: Section = {
  rows: (batch) => batch.unsubscribed?.length ?? 0,
  columns: { instance_id: 'uuid', path: 'text', before_seq: 'int', name: 'text' },
  values: ({ unsubscribed: rows = [] }: BatchCommit) => [
    plainArray(rows.map((row) => row.instanceId)),
    textArray(rows.map((row) => row.path)),
    plainArray(rows.map((row) => row.beforeSeq)),
    textArray(rows.map((row) => row.name ?? null)),
  ],
  sql: (source) => `DELETE FROM workflow_subscriptions AS s USING ${source}
    WHERE s.instance_id = u.instance_id AND s.path = u.path AND s.seq < u.before_seq AND (u.name IS NULL OR s.name = u.name)`,
};

/** Under the locks of `eventLocks`: what was read as kept is kept still. */
const offered: Section = {
  rows: (batch: WithOffers) => batch.offered?.length ?? 0,
  columns: { tenant: 'text', id: 'text', instance_id: 'uuid', offer: 'text' },
  values: ({ offered: rows = [] }: WithOffers) => [
    textArray(rows.map((row) => row.tenant)),
    textArray(rows.map((row) => row.event.id)),
    plainArray(rows.map((row) => row.instanceId)),
    textArray(rows.map((row) => row.offer)),
  ],
  sql: (source) => `UPDATE workflow_keyed_events AS e
    SET status = 'offered', offered_to = e.offered_to || u.instance_id, offers = e.offers || u.offer
    FROM ${source} WHERE e.tenant = u.tenant AND e.id = u.id`,
};

const lockRequests: Section = {
  rows: (batch) => batch.lockRequests?.length ?? 0,
  columns: {
    instance_id: 'uuid',
    path: 'text',
    token: 'int',
    tenant: 'text',
    key: 'text',
    bucket: 'smallint',
    holders_at_most: 'int',
    rank: 'int',
    on_limit: 'text',
  },
  values: ({ lockRequests: rows = [] }: BatchCommit) => [
    plainArray(rows.map((row) => row.instanceId)),
    textArray(rows.map((row) => row.path)),
    plainArray(rows.map((row) => row.token)),
    textArray(rows.map((row) => row.tenant)),
    textArray(rows.map((row) => row.key)),
    plainArray(rows.map((row) => lockBucket(row.tenant, row.key))),
    plainArray(rows.map((row) => row.limit)),
    plainArray(rows.map(({ priority = 0 }) => -priority)),
    textArray(rows.map(({ onLimit = 'queue' }) => (onLimit === 'queue' ? null : onLimit))),
  ],
  sql: (source) => `INSERT INTO workflow_lock_requests
    (instance_id, path, token, no, tenant, key, bucket, holders_at_most, rank, on_limit, requested_at)
    SELECT u.instance_id, u.path, u.token, nextval('workflow_arrivals'), u.tenant, u.key, u.bucket, u.holders_at_most, u.rank, u.on_limit, ${NOW_MS}
    FROM ${source} ON CONFLICT DO NOTHING`,
};

const lockReleases: Section = {
  rows: (batch) => batch.lockReleases?.length ?? 0,
  columns: { instance_id: 'uuid', path: 'text', token: 'int' },
  values: ({ lockReleases: rows = [] }: BatchCommit) => [
    plainArray(rows.map((row) => row.instanceId)),
    textArray(rows.map((row) => row.path)),
    plainArray(rows.map((row) => row.token)),
  ],
  sql: (source) => `DELETE FROM workflow_lock_requests AS r USING ${source}
    WHERE r.instance_id = u.instance_id AND r.path = u.path AND r.token = u.token`,
};

/** It comes back when its window has passed since the commit: what is decided in this batch happened before that. */
const permitsUsed: Section = {
  rows: (batch) => batch.permitsUsed?.length ?? 0,
  columns: { instance_id: 'uuid', path: 'text', token: 'int', window_ms: 'bigint' },
  values: ({ permitsUsed: rows = [] }: BatchCommit) => [
    plainArray(rows.map((row) => row.instanceId)),
    textArray(rows.map((row) => row.path)),
    plainArray(rows.map((row) => row.token)),
    plainArray(rows.map((row) => row.windowMs)),
  ],
  sql: (source) => `UPDATE workflow_lock_requests AS r SET free_at = ${NOW_MS} + u.window_ms
    FROM ${source}
    WHERE r.instance_id = u.instance_id AND r.path = u.path AND r.token = u.token`,
};

export const keySections: readonly Section[] = [subscribed, unsubscribed, offered, lockRequests, lockReleases, permitsUsed];
