import type { DataSource } from 'typeorm';
import {
  type AuditEvent,
  checksum,
  compile,
  type InstanceId,
  type InstanceState,
  type Json,
  newState,
  type Plan,
} from '#libs/engine';
import { compareHead, compareSnapshot, compareWakeup, violation } from './compare-instance.js';
import { findOrphans } from './orphans.js';
import { compareWaits } from './compare-waits.js';
import { readPage, type VerifiedRows } from './read-page.js';
import type { Violation } from './violation.js';

/** `engine`'s `replay`: handed in, so that another version of it can be tried on the same log. */
export type Replay = (plan: Plan, id: InstanceId, events: Iterable<AuditEvent>) => InstanceState;

export interface VerifyProgress {
  readonly checked: number;
  readonly violations: number;
}

export interface VerifyResult {
  readonly checked: number;
  /** The first `VIOLATIONS_KEPT`. */
  readonly violations: Violation[];
  /** All that were found. */
  readonly found: number;
}

export const VIOLATIONS_KEPT = 1_000;
const PLANS_KEPT = 200;

/**
 * Replays the audit log of every instance and compares the fold with what is stored. Each page is read at one moment, so a system
 * at work can be verified too; memory holds one page of instances (by number of events).
 */
export async function verifyInstances(
  dataSource: DataSource,
  { replay }: { replay: Replay },
  onProgress: (progress: VerifyProgress) => void = () => undefined,
): Promise<VerifyResult> {
  const plans = new PlanCache(dataSource);
  const violations: Violation[] = [];
  let [checked, found, after] = [0, 0, '00000000-0000-0000-0000-000000000000'];
  const note = (more: Violation[]): void => {
    found += more.length;
    violations.push(...more.slice(0, VIOLATIONS_KEPT - violations.length));
  };
  for (;;) {
    const page = await readPage(dataSource, after);
    if (page.length === 0) break;
    for (const rows of page) note(verifyOne(rows, await plans.get(rows), replay));
    checked += page.length;
    after = page.at(-1)!.head.id;
    onProgress({ checked, violations: found });
  }
  note(await findOrphans(dataSource));
  onProgress({ checked, violations: found });
  return { checked, violations, found };
}

function verifyOne(rows: VerifiedRows, plan: Plan | string, replay: Replay): Violation[] {
  const { head, events, snapshot, hasWakeup, waits } = rows;
  const gap = events.findIndex((event, index) => event.seq !== index + 1);
  if (gap >= 0) return [violation(head.id, 'gap', `expected seq ${gap + 1} of the log, found ${events[gap]!.seq}`)];
  const found = compareWakeup(head, hasWakeup);
  if (events.length === 0) return [...found, ...compareHead(head, newState(head.id))];
  if (typeof plan === 'string') return [...found, violation(head.id, 'definition', plan)];
  try {
    const state = replay(plan, head.id, events);
    found.push(...compareHead(head, state), ...compareWaits(head, state, waits));
    if (snapshot) found.push(...compareSnapshot(head.id, snapshot, replay(plan, head.id, events.slice(0, snapshot.seq))));
  } catch (error) {
    found.push(violation(head.id, 'replay', `the log cannot be folded: ${String(error)}`));
  }
  return found;
}

/** Plans of the pages, compiled once; or in words why there is none. */
class PlanCache {
  private readonly plans = new Map<string, Plan | string>();

  constructor(private readonly dataSource: DataSource) {}

  async get({ head }: VerifiedRows): Promise<Plan | string> {
    const name = `${head.tenant}/${head.definition}@${head.version} ${head.checksum}`;
    let plan = this.plans.get(name);
    if (plan === undefined) {
      plan = await this.read(head);
      if (this.plans.size >= PLANS_KEPT) this.plans.clear();
      this.plans.set(name, plan);
    }
    return plan;
  }

  private async read(head: VerifiedRows['head']): Promise<Plan | string> {
    const name = `definition ${head.definition}@${head.version}`;
    const rows: { spec: string }[] = await this.dataSource.query(
      'SELECT spec FROM workflow_definitions WHERE tenant = $1 AND name = $2 AND version = $3',
      [head.tenant, head.definition, head.version],
    );
    if (rows[0] === undefined) return `${name} is not registered`;
    const spec = JSON.parse(rows[0].spec) as Json;
    if (checksum(spec) !== head.checksum) return `${name} has changed since the instance was started`;
    const { plan, problems } = compile(spec, { stored: true });
    return plan ?? `${name} does not compile: ${problems[0]?.message ?? ''}`;
  }
}
