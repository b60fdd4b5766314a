import type { Pool, QueryResultRow } from 'pg';
import type { AuditEvent, InstanceId } from '#libs/engine';
import { plainArray } from '../connections/pg-array.js';
import { contentsFromPool } from '../payloads/payload-contents.js';
import { inTransaction } from '../connections/in-transaction.js';
import { commitSubscribing } from '../keys/commit-subscribing.js';
import type {
  BatchCommit,
  DueWakeup,
  EventStore,
  InboxAddress,
  InboxRow,
  StoredInstance,
  Stirring,
  ToldEvent,
  Touched,
  UnsentRow,
} from '../ports.js';
import { commitStatement, type PreparedStatement } from './commit-statement.js';
import { assemble, eventOf, inboxOf, inOrder, type LoadedRow, loadedRefs, loadStatement } from './load-statement.js';
import { readStatements } from './read-statements.js';
import { commitFault } from './sql-faults.js';

const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

type ToldRow = ToldEvent['instance'] & Omit<LoadedRow, 'part' | 'id'>;

/** The hot path, on the connections of `createHotPool`. */
export class PgEventStore implements EventStore {
  constructor(private readonly pool: Pool) {}

  async commit(batch: BatchCommit): Promise<void> {
    const { subscribed = [] } = batch;
    try {
      if (subscribed.length === 0) await this.pool.query(commitStatement(batch));
      else await inTransaction(this.pool, (client) => commitSubscribing(client, batch, subscribed));
    } catch (error) {
      throw commitFault(error, batch.partition, batch.batchNo);
    }
  }

  async load(ids: readonly InstanceId[], spoilt?: (id: InstanceId, error: unknown) => void): Promise<readonly StoredInstance[]> {
    if (ids.length === 0) return [];
    const rows = await this.rows<LoadedRow>(loadStatement, [[...new Set(ids)]]);
    const read = assemble(rows, await contentsFromPool(this.pool, loadedRefs(rows)));
    for (const [id, error] of read.spoilt) {
      if (spoilt === undefined) throw error;
      spoilt(id, error);
    }
    return read.instances;
  }

  waitingInbox(wanted: readonly InboxAddress[]): Promise<InboxRow[]> {
    return this.inbox(readStatements.waitingInbox, wanted);
  }

  strayInbox(wanted: readonly InboxAddress[]): Promise<InboxRow[]> {
    return this.inbox(readStatements.strayInbox, wanted);
  }

  async history(id: InstanceId, after: number, limit: number): Promise<AuditEvent[]> {
    return (await this.rows<LoadedRow>(readStatements.history, [id, after, limit])).map((row) => eventOf(row));
  }

  async eventsIn(ranges: readonly Touched[]): Promise<Map<InstanceId, AuditEvent[]>> {
    const columns = (['instanceId', 'fromSeq', 'toSeq'] as const).map((name) => plainArray(ranges.map((range) => range[name])));
    const rows = await this.rows<LoadedRow>(readStatements.eventsIn, columns);
    const byInstance = new Map(ranges.map(({ instanceId }) => [instanceId, [] as AuditEvent[]]));
    for (const row of rows) byInstance.get(row.id)!.push(eventOf(row));
    for (const events of byInstance.values()) events.sort((a, b) => a.seq - b.seq);
    return byInstance;
  }

  async eventsAt(id: InstanceId, seqs: readonly number[]): Promise<AuditEvent[]> {
    return (await this.rows<LoadedRow>(readStatements.eventsAt, [id, plainArray(seqs)])).map((row) => eventOf(row));
  }

  async stirring(fromBucket: number, toBucket: number, nowMs: number): Promise<Stirring> {
    return (await this.rows<Stirring>(readStatements.stirring, [fromBucket, toBucket, nowMs]))[0]!;
  }

  dueWakeups(fromBucket: number, toBucket: number, nowMs: number, after: DueWakeup | null, limit: number): Promise<DueWakeup[]> {
    const { dueAt, id } = after ?? { dueAt: Number.MIN_SAFE_INTEGER, id: LOWEST_ID };
    return this.rows(readStatements.dueWakeups, [fromBucket, toBucket, nowMs, dueAt, id, limit]);
  }

  inboxWaiting(fromBucket: number, toBucket: number, limit: number, except: readonly InstanceId[] = []): Promise<InstanceId[]> {
    return this.ids(readStatements.inboxWaiting, [fromBucket, toBucket, limit, plainArray(except)]);
  }

  instancesWithWork(
    fromBucket: number,
    toBucket: number,
    work: 'queued' | 'sent',
    afterId: string | null,
    limit: number,
  ): Promise<InstanceId[]> {
    const statement = work === 'queued' ? readStatements.queuedWork : readStatements.sentWork;
    return this.ids(statement, [fromBucket, toBucket, afterId ?? LOWEST_ID, limit]);
  }

  touchedAfter(partition: number, topology: number, sentThrough: number): Promise<Touched[]> {
    return this.rows(readStatements.touchedAfter, [topology, partition, sentThrough]);
  }

  unsentDue(partition: number, isEvent: boolean, nowMs: number, limit: number): Promise<UnsentRow[]> {
    return this.rows(readStatements.unsentDue, [partition, isEvent, nowMs, limit]);
  }

  async told(events: readonly { readonly instanceId: InstanceId; readonly seq: number }[]): Promise<ToldEvent[]> {
    const values = [plainArray(events.map((row) => row.instanceId)), plainArray(events.map((row) => row.seq))];
    const rows = await this.rows<ToldRow>(readStatements.told, values);
    return rows.map(({ id, definition, version, key, ...row }) => ({
      instance: { id, definition, version, key },
      event: eventOf(row),
    }));
  }

  async now(): Promise<number> {
    const [row] = await this.rows<{ now: number }>(readStatements.now, []);
    return row!.now;
  }

  private async inbox(statement: PreparedStatement, wanted: readonly InboxAddress[]): Promise<InboxRow[]> {
    if (wanted.length === 0) return [];
    const values = [plainArray(wanted.map((row) => row.instanceId)), plainArray(wanted.map((row) => row.bucket))];
    const rows = await this.rows<LoadedRow>(statement, values);
    const contents = await contentsFromPool(this.pool, loadedRefs(rows.map((row) => ({ ...row, part: 'inbox' }))));
    return rows.map((row) => inboxOf(row, contents)).sort(inOrder);
  }

  private async ids(statement: PreparedStatement, values: unknown[]): Promise<InstanceId[]> {
    return (await this.rows<{ id: InstanceId }>(statement, values)).map((row) => row.id);
  }

  private async rows<Row extends QueryResultRow>(statement: PreparedStatement, values: unknown[]): Promise<Row[]> {
    return (await this.pool.query<Row>({ ...statement, values })).rows;
  }
}
