import { NOW_MS } from '../connections/database-clock.js';

/** Contents of references; one row each. */
export const findPayloads = {
  name: 'find_payloads',
  text: `SELECT p.instance_id || '/' || p.sha256 AS ref, p.content FROM unnest($1::uuid[], $2::text[]) AS u(instance_id, sha256)
JOIN workflow_payloads p ON p.instance_id = u.instance_id AND p.sha256 = u.sha256`,
} as const;

/** `INSERT` of payload rows from parameters beginning with `$first`. @param where which of them, by the alias `p` */
export const insertPayloads = (first: number, where: string): string =>
  `INSERT INTO workflow_payloads (instance_id, sha256, size, content, stored_at) SELECT p.instance_id, p.sha256, p.size, p.content, ${NOW_MS}
  FROM unnest($${first}::uuid[], $${first + 1}::text[], $${first + 2}::int[], $${first + 3}::text[]) AS p(instance_id, sha256, size, content)
  WHERE ${where} ON CONFLICT DO NOTHING`;
