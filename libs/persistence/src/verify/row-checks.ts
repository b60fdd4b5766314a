import { endedInstanceStatuses } from '#libs/engine';
import type { TableCheck } from './table-checks.js';

const ended = `('${[...endedInstanceStatuses].join("','")}')`;
const noInstance = 'NOT EXISTS (SELECT 1 FROM workflow_instances i WHERE i.id = x.instance_id)';

/** Rows beside the log belong to an instance that is there. */
const ofNobody = (table: string, more = ''): TableCheck => ({
  invariant: 'I7',
  count: `SELECT count(*) FROM ${table}`,
  wrong: `SELECT DISTINCT x.instance_id AS id, 'rows in ${table}, but there is no such instance' AS message FROM ${table} x WHERE ${noInstance} ${more}`,
});

/** Rows that the batch that ends the instance removes. */
const ofTheEnded = (table: string, more = ''): TableCheck => ({
  invariant: 'I7',
  count: '0',
  wrong: `SELECT DISTINCT x.instance_id AS id, 'rows in ${table}, but the instance has ended' AS message FROM ${table} x
    JOIN workflow_instances i ON i.id = x.instance_id AND i.status IN ${ended} ${more}`,
});

/** What is told to a child before it is there, or that could not be started, is of nobody. */
const toNoChild = `AND NOT EXISTS (SELECT 1 FROM workflow_inbox s WHERE s.instance_id = x.instance_id AND s.kind = 'startChild')`;

/**
 * In the text of an origin, as we write it: one that is no JSON any more must not keep the others from being checked (that it cannot be read
 * is told with its instance). In a JSON string no quote stands bare.
 */
const originSays = {
  cancelledWithParent: String.raw`"onParentClose"\s*:\s*"cancel"`,
  detached: String.raw`"detached"\s*:\s*true`,
  trigger: String.raw`"trigger"\s*:\s*\{\s*"name"\s*:\s*"([^"]*)"`,
  slot: String.raw`"scheduledAt"\s*:\s*(\d+)`,
};
/** Also counters that somebody has written over have a sum. */
const startedInAll = `least(coalesce(sum(started), 0), ${Number.MAX_SAFE_INTEGER})`;

export const checksOfRows: readonly TableCheck[] = [
  {
    invariant: 'I6',
    count: 'SELECT count(*) FROM workflow_instances',
    wrong: `SELECT DISTINCT x.instance_id AS id, 1 AS seq, 'it has a log, but is in no state' AS message FROM workflow_events x WHERE ${noInstance}`,
  },
  {
    invariant: 'I6', // the counters are written by the batch that writes the events, and never removed
    count: `SELECT ${startedInAll} FROM workflow_stats`,
    wrong: `SELECT NULL::uuid AS id, s.n || ' instances were started, ' || i.n || ' of them are there' AS message
      FROM (SELECT ${startedInAll} AS n FROM workflow_stats) s,
        (SELECT count(*) AS n FROM workflow_instances WHERE started_at IS NOT NULL) i WHERE s.n > i.n`,
  },
  {
    invariant: 'I6',
    count: `SELECT count(*) FROM workflow_trigger_runs WHERE outcome = 'started'`,
    wrong: `SELECT x.instance_id AS id, 'trigger ' || x.trigger || ' started it, but it is in no state' AS message
      FROM workflow_trigger_runs x WHERE x.outcome = 'started' AND x.instance_id IS NOT NULL AND ${noInstance}`,
  },
  ...['workflow_wakeups', 'workflow_snapshots', 'workflow_payloads', 'workflow_asks', 'workflow_attachments', 'workflow_subscriptions', 'workflow_lock_requests'].map((table) => ofNobody(table)), // prettier-ignore
  ofNobody('workflow_inbox', toNoChild),
  ofTheEnded('workflow_subscriptions'),
  ofTheEnded('workflow_lock_requests', 'AND x.free_at IS NULL'), // a permit that is used outlives its instance
  {
    invariant: 'I15',
    count: `SELECT count(*) FROM workflow_instances c JOIN workflow_instances p ON p.id = c.parent AND p.status = 'cancelled'`,
    wrong: `SELECT c.id, 'its parent ' || p.id || ' is cancelled, but it is ' || c.status || ' and was not told' AS message
      FROM workflow_instances c JOIN workflow_instances p ON p.id = c.parent AND p.status = 'cancelled'
      WHERE c.status NOT IN ${ended} AND c.origin ~ '${originSays.cancelledWithParent}' AND c.origin !~ '${originSays.detached}'
        AND NOT EXISTS (SELECT 1 FROM workflow_inbox b WHERE b.instance_id = c.id AND b.kind = 'cancel')`,
  },
  {
    invariant: 'I20',
    count: `SELECT count(*) FROM workflow_trigger_runs WHERE lane = 'slot' AND outcome = 'started'`,
    wrong: `SELECT (max(x.id::text))::uuid AS id, 'the slot ' || x.slot || ' of trigger ' || x.name || ' has started ' || count(*) || ' instances' AS message
      FROM (SELECT i.id, i.tenant, substring(i.origin FROM '${originSays.trigger}') AS name, substring(i.origin FROM '${originSays.slot}') AS slot
        FROM workflow_instances i WHERE i.origin LIKE '%"scheduledAt"%') x
      WHERE x.name IS NOT NULL AND x.slot IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM workflow_trigger_runs r WHERE r.lane = 'manual' AND r.trigger = x.name AND r.instance_id = x.id)
      GROUP BY x.tenant, x.name, x.slot HAVING count(*) > 1`,
  },
  {
    invariant: 'I21',
    count: 'SELECT count(*) FROM workflow_instances WHERE parent IS NOT NULL',
    wrong: `SELECT i.id, 'its parent ' || i.parent || ' is gone' AS message FROM workflow_instances i
      WHERE i.parent IS NOT NULL AND NOT EXISTS (SELECT 1 FROM workflow_instances p WHERE p.id = i.parent)`,
  },
];
