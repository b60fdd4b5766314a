import { Client } from 'pg';

export interface StoredInstance {
  readonly id: string;
  readonly definition: string;
  readonly status: string;
  /** Of the workload: the operation that started it. */
  readonly op: string | null;
  readonly output: string | null;
  readonly error: string | null;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly endedAt: number | null;
}

/** An audit event of a step that a worker runs. */
export interface StoredStep {
  readonly instance: string;
  readonly seq: number;
  readonly type: string;
  readonly path: string;
  readonly attempt: number;
  readonly hasUndo: boolean;
}

export interface StoredFacts {
  readonly instances: readonly StoredInstance[];
  readonly steps: readonly StoredStep[];
}

/** Asks the server itself, past all proxies. */
export async function withDatabase<T>(url: string, ask: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 60_000,
    application_name: 'faults',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await ask(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What the database says about the instances and steps of a run that has come to rest. */
export const readStored = (url: string): Promise<StoredFacts> =>
  withDatabase(url, async (client) => {
    const instances = await client.query<StoredInstance>(
      `SELECT id, definition, status, tags->>'op' AS op, output, error, created_at::float8 AS "createdAt", ended_at::float8 AS "endedAt" FROM workflow_instances`,
    );
    const steps = await client.query<StoredStep>(
      `SELECT instance_id AS instance, seq, type, path, attempt, data::jsonb ? 'undo' AS "hasUndo" FROM workflow_events
       WHERE type IN ('stepScheduled', 'stepCompleted') ORDER BY instance_id, seq`,
    );
    return { instances: instances.rows, steps: steps.rows };
  });
