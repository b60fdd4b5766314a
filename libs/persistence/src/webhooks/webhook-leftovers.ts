/**
 * Rows of webhooks that were removed. Whoever fills a webhook holds on to it, but processes of an earlier version do not, and may write amid
 * an upgrade what nobody would ever look at. A webhook's id never comes back, so what is found here stays without one.
 */

const isGone = (webhookId: string): string => `NOT EXISTS (SELECT FROM workflow_webhooks w WHERE w.id = ${webhookId})`;

/** Removes deliveries, `atOnce` at most. From one webhook to the next along the key: of those that are there only one row each is read. */
export const deliveriesLeft = (atOnce: number): string => `
  WITH RECURSIVE filled AS (
    (SELECT webhook_id AS id FROM workflow_webhook_deliveries ORDER BY webhook_id LIMIT 1)
    UNION ALL
    SELECT (SELECT n.webhook_id FROM workflow_webhook_deliveries n WHERE n.webhook_id > f.id ORDER BY n.webhook_id LIMIT 1)
    FROM filled f WHERE f.id IS NOT NULL
  ), gone AS MATERIALIZED (
    SELECT id FROM filled f WHERE id IS NOT NULL AND ${isGone('f.id')}
  )
  DELETE FROM workflow_webhook_deliveries AS d USING (
    SELECT q.webhook_id, q.instance_id, q.seq FROM gone g
    CROSS JOIN LATERAL (SELECT * FROM workflow_webhook_deliveries v WHERE v.webhook_id = g.id LIMIT ${atOnce}) q LIMIT ${atOnce}
  ) AS o WHERE (d.webhook_id, d.instance_id, d.seq) = (o.webhook_id, o.instance_id, o.seq)`;

/** There is one a webhook and partition, so few. */
export const cursorsLeft = ['workflow_webhook_cursors AS c', isGone('c.webhook_id')] as const;
