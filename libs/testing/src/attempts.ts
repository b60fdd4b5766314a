/** One attempt as the audit log tells it: what its limits count. Times are epoch ms, as its events say. */
export interface LoggedAttempt {
  readonly instanceId: string;
  readonly definition: string;
  readonly path: string;
  readonly queue: string;
  readonly task: string;
  readonly priority: number;
  readonly scheduledAt: number;
  /** When it was decided to send it; null: it never was. */
  readonly dispatchedAt: number | null;
  /** Null: it is still open. */
  readonly endedAt: number | null;
}

type Rows = (sql: string, values: unknown[]) => Promise<unknown[]>;

const attemptsSql = `
WITH log AS (
  SELECT instance_id, seq, type, path, data::jsonb AS data, occurred_at FROM workflow_events
  WHERE type IN ('stepScheduled','stepsDispatched','stepCompleted','stepFailed','stepRetryScheduled','stepSkipped','stepCancelled')
), sent AS (
  SELECT instance_id, token::int AS token, min(occurred_at) AS at
  FROM log, jsonb_array_elements_text(data -> 'tokens') AS token WHERE type = 'stepsDispatched' GROUP BY 1, 2
), ended AS (
  SELECT instance_id, (data ->> 'token')::int AS token, min(occurred_at) AS at
  FROM log WHERE type NOT IN ('stepScheduled','stepsDispatched') AND data ? 'token' GROUP BY 1, 2
)
SELECT s.instance_id AS "instanceId", i.definition, s.path, s.data ->> 'queue' AS queue, s.data ->> 'task' AS task,
  (s.data ->> 'priority')::int AS priority, s.occurred_at::float8 AS "scheduledAt",
  (CASE WHEN s.data ? 'incarnation' THEN s.occurred_at ELSE sent.at END)::float8 AS "dispatchedAt", ended.at::float8 AS "endedAt"
FROM log s
JOIN workflow_instances i ON i.id = s.instance_id
LEFT JOIN sent ON sent.instance_id = s.instance_id AND sent.token = s.seq
LEFT JOIN ended ON ended.instance_id = s.instance_id AND ended.token = s.seq
WHERE s.type = 'stepScheduled' AND ($1::text IS NULL OR s.data ->> 'queue' = $1) AND ($2::text IS NULL OR s.data ->> 'task' = $2)
ORDER BY "dispatchedAt"`;

/** Every attempt of a queue or a task in the audit log, in the order of dispatch. @param rows runs a statement on the product's database */
export async function attemptsOf(rows: Rows, of: { queue?: string; task?: string } = {}): Promise<LoggedAttempt[]> {
  return (await rows(attemptsSql, [of.queue ?? null, of.task ?? null])) as LoggedAttempt[];
}

type Span = Pick<LoggedAttempt, 'dispatchedAt' | 'endedAt'>;

/**
 * How many were out at the same instant, at most: from the decision to send it up to its end. What ends in the millisecond in which
 * another is sent made room for it.
 */
export function mostAtOnce(attempts: readonly Span[]): number {
  const edges = attempts.flatMap(({ dispatchedAt, endedAt }) =>
    dispatchedAt === null || dispatchedAt === endedAt ? [] : [[dispatchedAt, 1] as const, [endedAt ?? Infinity, -1] as const],
  );
  let open = 0;
  let most = 0;
  for (const [, by] of edges.sort(([a, one], [b, other]) => a - b || one - other)) {
    open += by;
    most = Math.max(most, open);
  }
  return most;
}

/** How many were sent in each window of so many milliseconds by the clock, by the start of the window. */
export function sentPerWindow(attempts: readonly Pick<LoggedAttempt, 'dispatchedAt'>[], windowMs: number): Map<number, number> {
  const windows = new Map<number, number>();
  for (const { dispatchedAt } of attempts) {
    if (dispatchedAt === null) continue;
    const start = dispatchedAt - (dispatchedAt % windowMs);
    windows.set(start, (windows.get(start) ?? 0) + 1);
  }
  return windows;
}
