import { endedInstanceStatuses } from '#libs/engine';
import { inboxSent } from '../events/conversation-sections.js';
import { rowSource } from '../events/section.js';

const ended = `'{${[...endedInstanceStatuses].join(',')}}'::text[]`;

/**
 * Requests nobody has answered yet, locked: whoever comes second finds none. `coalesce` keeps the planner from reading the whole
 * partial index of what waits.
 */
export const takeRequests = {
  name: 'take_child_requests',
  text: `UPDATE workflow_inbox AS i SET applied_seq = 0, outcome = u.outcome
    FROM unnest($1::uuid[], $2::text[], $3::text[]) AS u(instance_id, id, outcome)
    WHERE i.instance_id = u.instance_id AND i.id = u.id AND coalesce(i.applied_seq, -1) < 0 RETURNING i.instance_id AS id`,
} as const;

/** Kept from ending for as long as we look: its owner's next commit waits. */
export const holdInstance = {
  name: 'hold_instance',
  text: 'SELECT id, version, status, output, error FROM workflow_instances WHERE id = $1 FOR SHARE',
} as const;

export const attachParent = {
  name: 'attach_parent',
  text: `INSERT INTO workflow_attachments (instance_id, parent_id, path, token, bucket)
    SELECT id, $2::uuid, $3::text, $4::int, bucket FROM workflow_instances WHERE id = $1 ON CONFLICT DO NOTHING`,
} as const;

/** Steps that wait for instances which have ended. */
export const attachedToEnded = {
  name: 'attached_to_ended',
  text: `SELECT a.instance_id AS id, a.parent_id AS "parentId", a.path, a.token, i.status, i.output, i.error
    FROM unnest($1::uuid[]) AS u(id) JOIN workflow_attachments a ON a.instance_id = u.id
    JOIN workflow_instances i ON i.id = a.instance_id AND i.status = ANY (${ended})`,
} as const;

export const detachParents = {
  name: 'detach_parents',
  text: `DELETE FROM workflow_attachments AS a USING unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[]) AS u(instance_id, parent_id, path, token)
    WHERE a.instance_id = u.instance_id AND a.parent_id = u.parent_id AND a.path = u.path AND a.token = u.token`,
} as const;

/** Instances of a bucket range that have ended while somebody's step still waits for them. */
export const untoldEnds = {
  name: 'untold_ends',
  text: `SELECT a.instance_id AS id FROM workflow_attachments a JOIN workflow_instances i ON i.id = a.instance_id AND i.status = ANY (${ended})
    WHERE a.bucket >= $1 AND a.bucket < $2 AND a.instance_id <> ALL ($4::uuid[]) LIMIT $3`,
} as const;

/** As a batch does it: without a look at who receives them. */
export const insertAnswers = {
  name: 'insert_answers',
  text: inboxSent.sql(rowSource(inboxSent.columns, 1)),
} as const;
