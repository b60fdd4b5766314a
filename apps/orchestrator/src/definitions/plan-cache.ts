import { Injectable } from '@nestjs/common';
import { compile, type Plan } from '#libs/engine';
import { DefinitionStore, SpoiltRow } from '#libs/persistence';

/** A definition that instances run on is gone or no longer compiles: an operator must look. */
export class PlanUnavailable extends Error {
  readonly code = 'PLAN_UNAVAILABLE';
}

const plansAtMost = 1_000;

export interface CompiledDefinition {
  readonly plan: Plan;
  readonly checksum: string;
}

/** Compiled definitions. A version is immutable, so a plan is good for ever; the least recently used go first. */
@Injectable()
export class PlanCache {
  private readonly plans = new Map<string, CompiledDefinition>();

  constructor(private readonly definitions: DefinitionStore) {}

  known(name: string, version: string): Plan | undefined {
    const key = `${name}@${version}`;
    const compiled = this.plans.get(key);
    if (compiled === undefined) return undefined;
    this.plans.delete(key);
    this.plans.set(key, compiled);
    return compiled.plan;
  }

  /** @throws PlanUnavailable */
  async load(name: string, version: string): Promise<Plan> {
    return this.known(name, version) ?? (await this.compiled(name, version)).plan;
  }

  /** @throws PlanUnavailable */
  async compiled(name: string, version: string): Promise<CompiledDefinition> {
    const key = `${name}@${version}`;
    const known = this.plans.get(key);
    if (known !== undefined) return known;
    const compiled = await this.read(name, version);
    this.plans.set(key, compiled);
    if (this.plans.size > plansAtMost) this.plans.delete(this.plans.keys().next().value!);
    return compiled;
  }

  private async read(name: string, version: string): Promise<CompiledDefinition> {
    const stored = await this.definitions.get(name, version).catch((error: unknown) => {
      throw error instanceof SpoiltRow ? new PlanUnavailable(error.message, { cause: error }) : error;
    });
    if (stored === undefined) throw new PlanUnavailable(`expected definition ${name}@${version} to be registered, but it is not`);
    const { plan, problems } = compile(stored.spec, { stored: true });
    if (plan === undefined)
      throw new PlanUnavailable(`definition ${name}@${version} does not compile: ${problems[0]?.message ?? ''}`);
    return { plan, checksum: stored.checksum };
  }
}
