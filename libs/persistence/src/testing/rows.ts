import { v7 as uuidv7 } from 'uuid';
import { bucketOf } from '#libs/contracts';
import type { AuditEvent, InstanceId } from '#libs/engine';
import type { StartRow } from '../instances/instance-door.js';
import type { BatchCommit, HeadUpdate } from '../ports.js';

export const newId = (): InstanceId => uuidv7() as InstanceId;

export function startRow(changes: Partial<StartRow> = {}): StartRow {
  const id = changes.id ?? newId();
  return {
    id,
    tenant: 'main',
    definition: 'order.process',
    version: '1.0.0',
    checksum: 'c0ffee',
    bucket: bucketOf(id),
    input: { id: 1 },
    stepsTotal: 3,
    ...changes,
  };
}

export function headUpdate(id: InstanceId, changes: Partial<HeadUpdate> = {}): HeadUpdate {
  return {
    id,
    status: 'running',
    seq: 2,
    generation: 1,
    summary: null,
    output: null,
    error: null,
    tags: {},
    startedAt: 1_000,
    endedAt: null,
    stepsDone: 0,
    stepsTotal: 3,
    currentStep: 'charge',
    ...changes,
  };
}

export const started = (seq: number, changes: Partial<AuditEvent> = {}): AuditEvent =>
  ({
    seq,
    generation: 1,
    type: 'instanceStarted',
    data: { definition: 'order.process', version: '1.0.0', checksum: 'c0ffee', input: { b: 1, a: [1, 'x'] } },
    at: 1_000 + seq,
    ...changes,
  }) as AuditEvent;

export function batch(batchNo: number, changes: Partial<BatchCommit> = {}): BatchCommit {
  return {
    partition: 0,
    topology: 1,
    batchNo,
    epoch: 1,
    sentThrough: 0,
    touched: [],
    events: [],
    heads: [],
    wakeups: [],
    inboxApplied: [],
    unsent: [],
    unsentDone: [],
    snapshots: [],
    stats: [],
    ...changes,
  };
}
