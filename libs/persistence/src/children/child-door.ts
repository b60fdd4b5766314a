import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { bucketOf } from '#libs/contracts';
import type { Failure, InboxMessage, InstanceId, JsonObject, ParentRef } from '#libs/engine';
import { inTransaction } from '../connections/in-transaction.js';
import { plainArray, textArray } from '../connections/pg-array.js';
import { inboxSent } from '../events/conversation-sections.js';
import { dataFault } from '../events/sql-faults.js';
import { InstanceDoor, type StartOutcome, type StartRow } from '../instances/instance-door.js';
import { SpoiltRow } from '../payloads/spoilt.js';
import { Payloads } from '../payloads/stored-json.js';
import { insertPayloads } from '../payloads/payload-statements.js';
import type { BatchCommit, InboxRow, NewInboxRow } from '../ports.js';
import { attachParent, holdInstance, insertAnswers, takeRequests } from './child-statements.js';
import { childEndedRow, type EndedHead, readEnd } from './child-answers.js';

/** A parent's request, judged: `start` when it can be met, else why not. */
export interface ChildRequest {
  readonly row: Pick<InboxRow, 'instanceId' | 'id'>;
  readonly parent: ParentRef;
  readonly judged: { readonly start: StartRow } | { readonly failure: Failure };
}

export interface ChildrenSettled {
  readonly created: InstanceId[];
  /** Parents that have an answer in their inbox now. */
  readonly answered: InstanceId[];
}

const DEADLOCK = '40P01';

/**
 * Where children are started: the instance, its wake-up row, the answer to the parent and the end of the request are one transaction, so a
 * crash anywhere leaves all of it or nothing, and a second owner finds nothing to do.
 */
export class ChildDoor {
  constructor(private readonly pool: Pool) {}

  /** @throws DataFault when a value cannot be stored */
  async settle(requests: readonly ChildRequest[]): Promise<ChildrenSettled> {
    const settled: ChildrenSettled = { created: [], answered: [] };
    const isKeyed = ({ judged }: ChildRequest): boolean => 'start' in judged && typeof judged.start.key === 'string';
    // One that may find its key taken locks the instance it finds, so it comes alone: locks are never waited for in a circle.
    const groups = [requests.filter((one) => !isKeyed(one)), ...requests.filter(isKeyed).map((one) => [one])];
    for (const group of groups) {
      if (group.length === 0) continue;
      const { created, answered } = await this.settleGroup(group);
      settled.created.push(...created);
      settled.answered.push(...answered);
    }
    return settled;
  }

  private async settleGroup(group: readonly ChildRequest[]): Promise<ChildrenSettled> {
    for (let tries = 1; ; tries++) {
      try {
        return await inTransaction(this.pool, (client) => settleIn(client, group));
      } catch (error) {
        if (error instanceof DatabaseError && error.code === DEADLOCK && tries < 3) continue;
        throw dataFault(error) ?? error;
      }
    }
  }
}

async function settleIn(client: PoolClient, group: readonly ChildRequest[]): Promise<ChildrenSettled> {
  await client.query('BEGIN');
  const taken = await take(client, group);
  const starts = taken.flatMap(({ judged }) => ('start' in judged ? [judged.start] : []));
  const outcomes = await new InstanceDoor(client).insertStarts(starts);
  const outcomeOf = new Map(starts.map((start, index) => [start.id, outcomes[index]!]));
  const answers: NewInboxRow[] = [];
  for (const request of taken) answers.push(...(await answersTo(client, request, outcomeOf.get(request.row.instanceId))));
  await insertRows(client, answers);
  await client.query('COMMIT');
  return {
    created: outcomes.filter(({ outcome }) => outcome === 'created').map(({ id }) => id),
    answered: [...new Set(answers.map((row) => row.instanceId))],
  };
}

async function take(client: PoolClient, group: readonly ChildRequest[]): Promise<ChildRequest[]> {
  const values = [
    plainArray(group.map(({ row }) => row.instanceId)),
    textArray(group.map(({ row }) => row.id)),
    textArray(group.map(({ judged }) => ('start' in judged ? 'applied' : judged.failure.code))),
  ];
  const { rows } = await client.query<{ id: InstanceId }>({ ...takeRequests, values });
  const ids = new Set(rows.map(({ id }) => id));
  return group.filter(({ row }) => ids.has(row.instanceId));
}

async function answersTo(client: PoolClient, request: ChildRequest, outcome: StartOutcome | undefined): Promise<NewInboxRow[]> {
  const { parent, judged, row } = request;
  const { path, token } = parent;
  if ('failure' in judged) return [answer(request, { type: 'childRefused', path, token, failure: judged.failure })];
  if (outcome?.outcome === 'conflict') {
    const failure = { code: 'INSTANCE_EXISTS', message: `the id ${row.instanceId} is taken`, retryable: true };
    return [answer(request, { type: 'childRefused', path, token, failure })];
  }
  const { id, version } = outcome!;
  const attached = id !== row.instanceId;
  const started = answer(request, { type: 'childStarted', path, token, id, version, ...(attached && { attached }) });
  return attached && !parent.detached ? [started, ...(await attach(client, parent, id))] : [started];
}

/**
 * The step waits for an instance that is there already; when that has ended, this is the end of the waiting. An end that cannot be read
 * stays to be told, like one that is still to come.
 */
async function attach(client: PoolClient, parent: ParentRef, id: InstanceId): Promise<NewInboxRow[]> {
  const { rows } = await client.query<EndedHead>({ ...holdInstance, values: [id] });
  const end = await readEnd(client, rows[0]!).catch((error: unknown) => {
    if (!(error instanceof SpoiltRow)) throw error;
    return undefined;
  });
  if (end !== undefined) return [childEndedRow(parent.instance as InstanceId, parent, end)];
  await client.query({ ...attachParent, values: [id, parent.instance, parent.path, parent.token] });
  return [];
}

function answer({ row, parent }: ChildRequest, content: InboxMessage): NewInboxRow {
  const instanceId = parent.instance as InstanceId;
  const id = `child:${row.instanceId}:1`;
  return { id, instanceId, bucket: bucketOf(instanceId), kind: content.type, content: content as unknown as JsonObject };
}

/** Rows for inboxes, with what is too big for them. */
export async function insertRows(client: PoolClient, rows: readonly NewInboxRow[]): Promise<void> {
  if (rows.length === 0) return;
  const payloads = new Payloads();
  const values = inboxSent.values({ inboxSent: rows } as BatchCommit, payloads);
  await client.query({ ...insertAnswers, values });
  if (payloads.rows.length > 0) await client.query(insertPayloads(1, 'true'), [...payloads.values]);
}
