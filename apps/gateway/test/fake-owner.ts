import { bucketOf, exchanges, type InstanceDelta, type WorkerAnnouncement } from '#libs/contracts';
import { type AuditEvent, type InstanceId, isEnded } from '#libs/engine';
import { encodeEnvelope } from '#libs/messaging';
import { EVENT_STORE, type EventStore, LEASE_STORE, type LeaseStore, type HeadUpdate } from '#libs/persistence';
import type { TestGateway } from './gateway-app.js';

/** Stands for an orchestrator: writes batches through the real event store, and tells of them as an owner does. */
export class FakeOwner {
  private batchNo = 0;
  private epoch = 0;

  constructor(private readonly gateway: TestGateway) {}

  async own(): Promise<void> {
    const leases = this.gateway.app.get<LeaseStore>(LEASE_STORE, { strict: false });
    await leases.ensurePartitions(1, 2);
    const lease = await leases.claim(1, 0, 'fake-owner');
    if (!lease) throw new Error('expected a free lease');
    this.batchNo = lease.batchNo;
    this.epoch = lease.epoch;
  }

  /** Events of one instance, numbered from `fromSeq`; the head takes `head`. */
  async commit(
    id: string,
    fromSeq: number,
    events: readonly Pick<AuditEvent, 'type' | 'data' | 'path' | 'attempt'>[],
    head: Partial<HeadUpdate>,
  ): Promise<void> {
    const store = this.gateway.app.get<EventStore>(EVENT_STORE, { strict: false });
    const instanceId = id as InstanceId;
    const at = Date.now();
    const numbered = events.map((event, index) => ({
      instanceId,
      event: { generation: 1, at, ...event, seq: fromSeq + index } as AuditEvent,
    }));
    const seq = fromSeq + events.length - 1;
    const update: HeadUpdate = {
      id: instanceId,
      status: 'running',
      seq,
      generation: 1,
      summary: null,
      output: null,
      error: null,
      tags: {},
      startedAt: at,
      endedAt: null,
      stepsDone: 0,
      stepsTotal: 1,
      currentStep: null,
      ...head,
    };
    await store.commit({
      partition: 0,
      topology: 1,
      batchNo: ++this.batchNo,
      epoch: this.epoch,
      sentThrough: this.batchNo - 1,
      touched: [{ instanceId, fromSeq, toSeq: seq }],
      events: numbered,
      heads: [update],
      wakeups: [
        { instanceId, bucket: bucketOf(id), dueAt: null, work: 'none', ...(update.endedAt !== null && { remove: true }) },
      ],
      inboxApplied: [],
      unsent: [],
      unsentDone: [],
      snapshots: [],
      stats: [],
    });
  }

  /** Heads and ends on `orquestra.live`. */
  async tell(items: readonly InstanceDelta[]): Promise<void> {
    const told = { v: 1, tenant: 'main', partition: 0 };
    await this.publish(exchanges.live, 'heads', { ...told, kind: 'heads', items });
    const ended = items.filter(({ status }) => isEnded(status)).map(({ id }) => id);
    if (ended.length > 0) await this.publish(exchanges.live, 'ends', { ...told, kind: 'ends', items: ended });
  }

  async announce(worker: Partial<WorkerAnnouncement>): Promise<void> {
    await this.publish(exchanges.control, '', {
      v: 1,
      tenant: 'main',
      kind: 'worker',
      id: 'worker-1',
      session: 's-1',
      version: '0.1.0',
      host: 'host-1',
      pid: 1,
      labels: {},
      status: 'active',
      handlers: [{ queue: 'default', task: 'echo', concurrency: 10 }],
      concurrency: 100,
      running: 0,
      startedAt: Date.now(),
      heartbeatMs: 2_000,
      finished: 0,
      meanMs: { echo: 3 },
      ...worker,
    });
  }

  async publish(exchange: string, routingKey: string, envelope: unknown): Promise<void> {
    await this.gateway.other.publish([{ exchange, routingKey, content: encodeEnvelope(envelope), persistent: false }]);
  }
}

export const delta = (id: string, facts: Partial<InstanceDelta> = {}): InstanceDelta => ({
  id,
  definition: 'greet',
  version: '1.0.0',
  key: null,
  status: 'running',
  seq: 1,
  summary: null,
  startedAt: 1,
  endedAt: null,
  createdAt: 1,
  stepsDone: 0,
  stepsTotal: 1,
  currentStep: null,
  errorCode: null,
  ...facts,
});
