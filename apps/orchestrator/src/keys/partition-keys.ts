import { effects, openEmits, type AuditEvent, type InstanceState } from '#libs/engine';
import type { LockAddress, LockPlace } from '#libs/persistence';
import { partitionBuckets } from '../partitions/bucket-range.js';
import type { CachedInstance } from '../partitions/instance-cache.js';
import type { Partition } from '../partitions/partition.js';
import { LockTurns } from './lock-turns.js';
import { OpenEmits } from './open-emits.js';
import { PermitClocks } from './permit-clocks.js';

const sweepSize = 200;
const permitsForgotten = 5_000;

/** What a partition does for keys and for the outside beside its batches; all of it may be repeated, by anybody. */
export class PartitionKeys {
  private readonly turns: LockTurns;
  private readonly emits: OpenEmits;
  private readonly permits: PermitClocks;
  /** Where the walk over the keys that are awaited stands. */
  private awaitedAfter: LockPlace | undefined;
  private isSweeping = false;

  constructor(private readonly partition: Partition) {
    const { locks, emitter } = partition.services.keys;
    this.turns = new LockTurns(locks, (key, freeAt) => this.permits.set(key, freeAt));
    this.permits = new PermitClocks(
      () => partition.services.clock.nowMs(),
      (key) => this.grant([key]),
    );
    this.emits = new OpenEmits(emitter);
  }

  /** Once a batch is committed: what its `emit` steps ask for, and the locks it asked for or gave back. */
  committed(
    changed: readonly { instance: CachedInstance; events: readonly AuditEvent[] }[],
    locks: readonly LockAddress[],
  ): void {
    let hasEmits = false;
    for (const { instance, events } of changed) {
      if (!events.some(({ type }) => type === 'emitRequested')) continue;
      hasEmits = true;
      for (const effect of effects(instance.state, events)) if (effect.kind === 'emit') this.emits.add(instance.state.id, effect);
    }
    if (hasEmits) this.emit();
    if (locks.length > 0) this.grant(locks);
  }

  /** An instance was brought into memory: whoever had it before may not have done what it emits. */
  adopt(state: InstanceState): void {
    for (const effect of openEmits(state)) if (effect.kind === 'emit') this.emits.add(state.id, effect);
  }

  /** What nobody else does: offers that were decided, requests whose batch was committed by a process that is gone, emits to be tried again. @param hasRows anything of that in the tables */
  sweep(hasRows: boolean): void {
    if (this.emits.size > 0) this.emit();
    if (this.isSweeping || !hasRows) return;
    this.isSweeping = true;
    const { services, number } = this.partition;
    const [from, to] = partitionBuckets(number, services.config.partitions);
    this.partition.aside('keys could not be swept', async () => {
      try {
        const { locks } = services.keys;
        const { due, next } = await locks.awaited(from, to, sweepSize, this.awaitedAfter);
        this.awaitedAfter = next;
        if (due.length > 0) this.grant(due);
        await locks.forgetPermits(from, to, permitsForgotten);
        return await services.keys.settlement.settle(from, to, sweepSize);
      } finally {
        this.isSweeping = false;
      }
    });
  }

  /** Permits that come back later are found by the next owner's sweep. */
  stop(): void {
    this.permits.stop();
  }

  private grant(keys: readonly LockAddress[]): void {
    this.turns.add(keys);
    this.partition.aside('locks could not be granted, the sweep does it', () => this.turns.run());
  }

  private emit(): void {
    const { work } = this.partition;
    this.partition.aside('emits could not be done, the sweep does it', () =>
      this.emits.run(
        () => performance.now(),
        (id, path, token) => work.isEmitting(id, path, token),
      ),
    );
  }
}
