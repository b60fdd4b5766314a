import { Injectable } from '@nestjs/common';
import { compile, type JsonObject, type Plan } from '#libs/engine';
import { DefinitionStore, SpoiltRow, type StoredDefinition } from '#libs/persistence';

/** Versions kept compiled. */
const capacity = 200;

export interface CompiledVersion {
  readonly stored: StoredDefinition;
  readonly plan: Plan;
}

/** Compiled versions, most recently used last. A version is immutable, so nothing here is ever stale. */
@Injectable()
export class PlanCache {
  private readonly compiled = new Map<string, CompiledVersion>();

  constructor(private readonly store: DefinitionStore) {}

  /** What is at hand. */
  known(name: string, version: string): CompiledVersion | undefined {
    const key = `${name} ${version}`;
    const known = this.compiled.get(key);
    if (known === undefined) return undefined;
    this.compiled.delete(key);
    this.compiled.set(key, known);
    return known;
  }

  /** @returns undefined when there is no such version */
  async get(name: string, version: string): Promise<CompiledVersion | undefined> {
    const known = this.known(name, version);
    if (known) return known;
    const key = `${name} ${version}`;
    const stored = await this.store.get(name, version);
    return stored && this.keep(key, { stored, plan: planOf(stored.spec, key) });
  }

  private keep(key: string, version: CompiledVersion): CompiledVersion {
    this.compiled.set(key, version);
    const [oldest] = this.compiled.keys();
    if (this.compiled.size > capacity && oldest !== undefined) this.compiled.delete(oldest);
    return version;
  }
}

/** @throws SpoiltRow nothing is registered that does not compile, and what once did goes on to */
function planOf(spec: JsonObject, name: string): Plan {
  const { plan, problems } = compile(spec, { stored: true });
  if (!plan)
    throw new SpoiltRow(
      `expected the registered definition ${name} to compile, but was refused: ${problems[0]?.message ?? 'no reason'}`,
    );
  return plan;
}
