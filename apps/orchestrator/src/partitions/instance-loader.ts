import { Inject, Injectable } from '@nestjs/common';
import { bucketOf } from '#libs/contracts';
import { apply, fromSnapshot, newState, type InstanceId, type JsonObject, type Plan } from '#libs/engine';
import { EVENT_STORE, type EventStore, type InboxRow, type StoredInstance } from '#libs/persistence';
import { PlanCache, PlanUnavailable } from '../definitions/plan-cache.js';
import { bytesPerEvent, type CachedInstance, type InstanceCache } from './instance-cache.js';

export interface Loaded {
  /** Instances that were not in the cache before. */
  readonly fresh: readonly CachedInstance[];
  readonly inbox: ReadonlyMap<InstanceId, readonly InboxRow[]>;
  /** To ids that are no instances (yet). */
  readonly stray: readonly InboxRow[];
  /** Ids whose definition cannot be run, or whose rows cannot be read, with the error. */
  readonly broken: ReadonlyMap<InstanceId, unknown>;
}

/** Brings instances into a partition's cache: one query for a whole batch, then a replay from the last snapshot. */
@Injectable()
export class InstanceLoader {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly plans: PlanCache,
  ) {}

  /** @param hinted ids whose inbox must be read even though they are cached */
  async load(cache: InstanceCache, ids: Iterable<InstanceId>, hinted: ReadonlySet<InstanceId>): Promise<Loaded> {
    const absent = [...new Set(ids)].filter((id) => !cache.has(id));
    const known = [...hinted]
      .flatMap((id) => cache.get(id) ?? [])
      .map(({ head }) => ({ instanceId: head.id, bucket: head.bucket }));
    const broken = new Map<InstanceId, unknown>();
    const [loaded, waiting] = await Promise.all([
      absent.length === 0 ? [] : this.store.load(absent, (id, error) => broken.set(id, error)),
      known.length === 0 ? [] : this.store.waitingInbox(known),
    ]);
    const inbox = Map.groupBy(waiting, (row) => row.instanceId);
    const fresh: CachedInstance[] = [];
    for (const stored of loaded) {
      const { id } = stored.head;
      inbox.set(id, [...stored.inbox]);
      try {
        const entry = revive(await this.planOf(stored.head), stored);
        cache.put(entry);
        fresh.push(entry);
      } catch (error) {
        if (error instanceof PlanOutage) throw error.cause;
        broken.set(id, error);
      }
    }
    const found = new Set(loaded.map(({ head }) => head.id));
    const lost = absent.filter((id) => hinted.has(id) && !found.has(id) && !broken.has(id));
    const stray =
      lost.length === 0
        ? []
        : await this.store.strayInbox(lost.map((instanceId) => ({ instanceId, bucket: bucketOf(instanceId) })));
    return { fresh, inbox, stray, broken };
  }

  /** @throws PlanOutage when it could not be asked for, anything else when it cannot be had */
  private async planOf({ definition, version }: StoredInstance['head']): Promise<Plan> {
    const known = this.plans.known(definition, version);
    if (known !== undefined) return known;
    return this.plans.load(definition, version).catch((error: unknown) => {
      throw isOutage(error) ? new PlanOutage('the database is away', { cause: error }) : error;
    });
  }
}

/** Only asking the database can be cut short: errors of a replay quote data, which may say anything, and stay what they are. */
class PlanOutage extends Error {}

function revive(plan: Plan, { head, snapshot, events, wakeup }: StoredInstance): CachedInstance {
  const state = snapshot ? fromSnapshot(plan, head.id, JSON.parse(snapshot.state) as JsonObject) : newState(head.id);
  for (const event of events) apply(plan, state, event);
  const payloads = JSON.stringify(events).length + JSON.stringify(head.input).length;
  const bytes = 2_000 + (snapshot?.state.length ?? 0) + payloads + events.length * bytesPerEvent;
  return { head, plan, state, wakeup: wakeup ?? undefined, snapshotSeq: snapshot?.seq ?? 0, bytes };
}

/** Trouble of the database, not of the data: to be tried again. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof PlanUnavailable) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    /^(08|53|57|40|55)/.test(code) ||
    /^E[A-Z]+$/.test(code) ||
    /connect|terminat|timeout|Client has encountered/i.test(error.message)
  );
}
