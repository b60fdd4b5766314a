import type { TriggerBinding, TriggerRow } from '#libs/persistence';

/** What has to be done so that what is consumed, and what is bound, is what the triggers say. */
export interface SourcePlan {
  /** Names of sources whose trigger is gone, rests, or was changed. */
  readonly close: readonly string[];
  readonly open: readonly TriggerRow[];
  /** Of triggers that take from elsewhere now. */
  readonly unbind: readonly TriggerBinding[];
  /** Of triggers that have no queue of ours any more. */
  readonly drop: readonly TriggerBinding[];
}

/**
 * @param rows     all message triggers
 * @param sources  revision of what is consumed, by name
 * @param bindings all there may be on the broker
 */
export function planSources(
  rows: readonly TriggerRow[],
  sources: ReadonlyMap<string, number>,
  bindings: readonly TriggerBinding[],
): SourcePlan {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const isWanted = (name: string, revision: number): boolean => {
    const row = byName.get(name);
    return row?.status === 'active' && row.revision === revision;
  };
  const stale = bindings.filter((binding) => !isSame(bindingOf(byName.get(binding.trigger)), binding));
  const hasQueue = ({ trigger }: TriggerBinding): boolean => bindingOf(byName.get(trigger)) !== undefined;
  return {
    close: [...sources].filter(([name, revision]) => !isWanted(name, revision)).map(([name]) => name),
    open: rows.filter(({ name, status, revision }) => status === 'active' && sources.get(name) !== revision),
    unbind: stale.filter(hasQueue),
    drop: stale.filter((binding) => !hasQueue(binding)),
  };
}

/** The binding of a trigger's queue; of one that rests, too: what comes meanwhile waits in it. Undefined: it consumes a queue of others. */
export function bindingOf(row: TriggerRow | undefined): TriggerBinding | undefined {
  const { exchange, routingKey = '#' } = row?.spec ?? {};
  if (row === undefined || typeof exchange !== 'string') return undefined;
  return { trigger: row.name, exchange, routingKey: String(routingKey) };
}

const isSame = (a: TriggerBinding | undefined, b: TriggerBinding): boolean =>
  a?.trigger === b.trigger && a.exchange === b.exchange && a.routingKey === b.routingKey;
