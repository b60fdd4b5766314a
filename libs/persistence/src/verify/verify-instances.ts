import type { DataSource, EntityManager } from 'typeorm';
import { isEnded } from '#libs/engine';
import { Findings } from './findings.js';
import { InstanceCheck } from './instance-check.js';
import { PageFeed } from './page-feed.js';
import { PlanShelf } from './plan-shelf.js';
import { readEvents, readHeads, readWaitFacts } from './read-page.js';
import { checkTables } from './table-checks.js';
import type { InvariantCount, Violation } from './violation.js';

export interface VerifyProgress {
  /** Instances. */
  readonly checked: number;
  readonly events: number;
  readonly violations: number;
}

export interface VerifyResult {
  /** Instances, and events of their logs. */
  readonly checked: number;
  readonly events: number;
  /** Every invariant, in order. */
  readonly invariants: InvariantCount[];
  /** The first `VIOLATIONS_KEPT`. */
  readonly violations: Violation[];
  /** All that were found. */
  readonly found: number;
}

/** While one page is folded, the database reads another. */
const READERS = 2;
/** Instances verified by their ids in one transaction. */
const AT_ONCE = 25;

/**
 * Checks every instance: replays its audit log, holds it to the rules of logs, and compares the fold with all that is stored. Each page is
 * read at one moment, so a system at work can be verified too; memory holds two pages of instances, and of their logs a slice each.
 */
export async function verifyInstances(
  dataSource: DataSource,
  onProgress: (progress: VerifyProgress) => void = () => undefined,
): Promise<VerifyResult> {
  const findings = new Findings();
  const plans = new PlanShelf();
  const feed = new PageFeed(dataSource);
  const tell = (): void => onProgress({ checked: findings.instances, events: findings.events, violations: findings.found });
  const read = async (): Promise<void> => {
    try {
      for (let ids = await feed.next(); ids.length > 0; ids = await feed.next()) {
        const page = ids;
        await dataSource.transaction('REPEATABLE READ', (manager) => checkPage(manager, page, plans, findings));
        tell();
      }
    } finally {
      feed.close();
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
  await checkTables(dataSource, findings);
  tell();
  const { instances, events, violations, found } = findings;
  return { checked: instances, events, invariants: findings.counts(), violations, found };
}

/** So checked are these instances only, a few at a time, their logs in slices; tables as a whole are not looked at. */
export async function verifyThese(
  dataSource: DataSource,
  ids: readonly string[],
): Promise<{ readonly checked: number; readonly violations: readonly Violation[] }> {
  const findings = new Findings();
  const plans = new PlanShelf();
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const page = ids.slice(from, from + AT_ONCE);
    await dataSource.transaction('REPEATABLE READ', (manager) => checkPage(manager, page, plans, findings));
  }
  return { checked: findings.instances, violations: findings.violations };
}

async function checkPage(manager: EntityManager, ids: readonly string[], plans: PlanShelf, findings: Findings): Promise<void> {
  const { heads, snapshots, wakeups } = await readHeads(manager, ids, (instanceId, reason, gone) => {
    const invariant = gone === undefined ? 'I11' : 'I21';
    findings.check(invariant);
    findings.wrong({ invariant, instanceId, seq: null, message: `the instance cannot be read: ${reason}` });
  });
  const checks = new Map<string, InstanceCheck>();
  for (const head of heads)
    checks.set(head.id, new InstanceCheck(head, snapshots.get(head.id), await plans.get(manager, head), findings));
  for await (const { rows, contents } of readEvents(manager, [...checks.keys()])) {
    for (const row of rows) checks.get(row.id)!.take(row, contents);
    findings.events += rows.length;
  }
  for (const check of checks.values()) check.end();
  await checkWaits(manager, [...checks.values()], wakeups);
  findings.instances += ids.length;
}

async function checkWaits(
  manager: EntityManager,
  checks: readonly InstanceCheck[],
  wakeups: Awaited<ReturnType<typeof readHeads>>['wakeups'],
): Promise<void> {
  const open = checks.filter(({ head }) => !isEnded(head.status));
  const children = open.flatMap((check) => check.children());
  const facts = await readWaitFacts(
    manager,
    open.map(({ head }) => head.id),
    children,
    wakeups,
  );
  for (const check of checks) check.compareWaits(wakeups.get(check.head.id), facts(check.head.id));
}
