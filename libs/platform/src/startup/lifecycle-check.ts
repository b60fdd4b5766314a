import { endedInstanceStatuses, endedStepStatuses, instanceLifecycle, stepLifecycle } from '#libs/engine';

type Table = Readonly<Record<string, readonly string[]>>;

/** What is wrong with a lifecycle table: unknown targets, statuses nothing leads to, statuses without a way to an end. */
export function lifecycleFaults(name: string, table: Table, first: string, ended: ReadonlySet<string>): string[] {
  const statuses = Object.keys(table);
  const faults = statuses.flatMap((from) =>
    (table[from] ?? [])
      .filter((to) => !Object.hasOwn(table, to))
      .map((to) => `${name}: ${from} → ${to}, but there is no status ${to}`),
  );
  const reached = reachable(table, first);
  for (const status of statuses) {
    if (!reached.has(status)) faults.push(`${name}: nothing leads from ${first} to ${status}`);
    if (![...reachable(table, status)].some((to) => ended.has(to))) faults.push(`${name}: ${status} never comes to an end`);
  }
  for (const status of ended) if (!Object.hasOwn(table, status)) faults.push(`${name}: the end ${status} is no status`);
  return faults;
}

function reachable(table: Table, from: string): Set<string> {
  const seen = new Set([from]);
  for (const status of seen) for (const to of table[status] ?? []) seen.add(to);
  return seen;
}

/** @throws Error naming every fault of the two lifecycles: a bug of ours, found before anything runs */
export function checkLifecycles(): void {
  const faults = [
    ...lifecycleFaults('instance', instanceLifecycle, 'pending', endedInstanceStatuses),
    ...lifecycleFaults('step', stepLifecycle, 'pending', endedStepStatuses),
  ];
  if (faults.length > 0) throw new Error(`the lifecycle tables are not sound:\n  ${faults.join('\n  ')}`);
}
