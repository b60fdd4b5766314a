import type { Pool } from 'pg';
import { bucketOf } from '#libs/contracts';
import { canonicalJson, isEnded, nextDueAt, toSnapshot } from '#libs/engine';
import type { VirtualShell } from '../../../engine/src/testing/virtual-shell.js';
import { PgEventStore } from '../events/pg-event-store.js';
import { InstanceDoor } from '../instances/instance-door.js';
import type { BatchCommit } from '../ports.js';
import { batch, startRow } from './rows.js';

/** What an owner writes of an instance in one batch. */
export function rowsOf({ state, plan, history }: VirtualShell, withSnapshot = false): Partial<BatchCommit> {
  const instanceId = state.id;
  const open = [...state.open.keys()]
    .map((path) => state.step(path))
    .filter(({ token, status }) => token !== undefined && status !== 'waiting');
  const work = open.some(({ incarnation }) => incarnation !== undefined) ? 'sent' : open.length > 0 ? 'queued' : 'none';
  return {
    touched: [{ instanceId, fromSeq: 1, toSeq: state.seq }],
    events: history.map((event) => ({ instanceId, event })),
    heads: [
      {
        id: instanceId,
        status: state.status,
        seq: state.seq,
        generation: state.generation,
        summary: state.summary ?? null,
        output: state.status === 'completed' ? state.output : null,
        error: state.error ?? null,
        tags: state.tags,
        startedAt: state.startedAt ?? null,
        endedAt: state.endedAt ?? null,
        stepsDone: state.endedSteps,
        stepsTotal: plan.scope.steps.length,
        currentStep: state.open.first() ?? null,
      },
    ],
    wakeups: [{ instanceId, bucket: bucketOf(instanceId), dueAt: nextDueAt(state) ?? null, work, remove: isEnded(state.status) }],
    snapshots: withSnapshot ? [{ instanceId, seq: state.seq, state: canonicalJson(toSnapshot(state)) }] : [],
    stats: [
      {
        definition: plan.name,
        minute: 0,
        started: 1,
        completed: 0,
        failed: 0,
        cancelled: 0,
        timedOut: 0,
        steps: 0,
        durationMs: 0,
      },
    ],
  };
}

/** Stores what virtual shells have become as one partition's owner would have: start, log, head, wake-up, journal. */
export class ShellStore {
  private readonly events: PgEventStore;
  private readonly door: InstanceDoor;
  private nextBatch = 1;

  constructor(pool: Pool) {
    this.events = new PgEventStore(pool);
    this.door = new InstanceDoor(pool);
  }

  /** Of a partition that nobody else writes; the first batch is an empty one. */
  async begin(): Promise<void> {
    await this.events.commit(batch((this.nextBatch = 1)));
    this.nextBatch = 2;
  }

  async put(
    shell: VirtualShell,
    { withSnapshot = false, origin }: { withSnapshot?: boolean; origin?: object } = {},
  ): Promise<void> {
    const { id, plan, state } = shell;
    const { checksum, input } = state;
    await this.door.insertStarts([
      startRow({ id, definition: plan.name, version: plan.version, checksum, input, ...(origin && { origin }) }),
    ]);
    await this.events.commit(batch(this.nextBatch++, rowsOf(shell, withSnapshot)));
  }
}
