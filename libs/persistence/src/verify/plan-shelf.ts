import type { EntityManager } from 'typeorm';
import { checksum, compile, type Json, type Plan } from '#libs/engine';
import type { InstanceHead } from '../ports.js';

const PLANS_KEPT = 200;

/** Plans of the definitions that instances are pinned to, compiled once; or in words why there is none. */
export class PlanShelf {
  private readonly plans = new Map<string, Promise<Plan | string>>();

  /** @param manager of the reader: a connection more could be one that all readers wait for */
  get(manager: EntityManager, head: InstanceHead): Promise<Plan | string> {
    const name = `${head.tenant}/${head.definition}@${head.version} ${head.checksum}`;
    let plan = this.plans.get(name);
    if (plan === undefined) {
      if (this.plans.size >= PLANS_KEPT) this.plans.clear();
      this.plans.set(name, (plan = read(manager, head)));
    }
    return plan;
  }
}

async function read(manager: EntityManager, head: InstanceHead): Promise<Plan | string> {
  const name = `definition ${head.definition}@${head.version}`;
  const rows: { spec: string }[] = await manager.query(
    'SELECT spec FROM workflow_definitions WHERE tenant = $1 AND name = $2 AND version = $3',
    [head.tenant, head.definition, head.version],
  );
  if (rows[0] === undefined) return `${name} is not registered`;
  try {
    const spec = JSON.parse(rows[0].spec) as Json;
    if (checksum(spec) !== head.checksum) return `${name} has changed since the instance was started`;
    const { plan, problems } = compile(spec, { stored: true });
    return plan ?? `${name} does not compile: ${problems[0]?.message ?? ''}`;
  } catch (error) {
    return `${name} cannot be read: ${String(error)}`;
  }
}
