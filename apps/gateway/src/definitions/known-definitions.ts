import { Injectable } from '@nestjs/common';
import type { Json, KnownDefinition } from '#libs/engine';
import { DefinitionStore } from '#libs/persistence';
import { PlanCache } from './plan-cache.js';

/** Definitions looked into for a way back to the one that is checked. */
const mostLookedInto = 200;

/** What is registered, as far as a definition that is checked may want it for its children. */
@Injectable()
export class KnownDefinitions {
  constructor(
    private readonly store: DefinitionStore,
    private readonly plans: PlanCache,
  ) {}

  /** Every name with its versions; of those the document leads to also which children the version in use starts. */
  async around(document: Json | undefined): Promise<ReadonlyMap<string, KnownDefinition>> {
    const wanted = childrenIn(document);
    if (wanted.size === 0) return new Map();
    const known = new Map<string, KnownDefinition>(await this.store.versionsByName());
    let looked = 0;
    for (const name of wanted) {
      const one = known.get(name);
      if (one === undefined) continue;
      if (++looked > mostLookedInto) break;
      const children = await this.childrenOf(name, one);
      known.set(name, { ...one, children });
      for (const child of children) wanted.add(child); // is come to later
    }
    return known;
  }

  private async childrenOf(name: string, { versions }: KnownDefinition): Promise<string[]> {
    const version = (await this.store.active(name)) ?? versions.at(-1);
    if (version === undefined) return [];
    // One that compiles no more (rules were looser once) must not stand in the way of the version that mends it.
    const compiled = await this.plans.get(name, version).catch(() => undefined);
    return (compiled?.plan.children ?? []).map(({ workflow }) => workflow);
  }
}

/** Names that stand where a `workflow` step names its child; of a document that need not be right in anything. */
function childrenIn(document: Json | undefined): Set<string> {
  const found = new Set<string>();
  const open: (Json | undefined)[] = [document];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value) && typeof value['workflow'] === 'string') found.add(value['workflow']);
    for (const member of Array.isArray(value) ? value : Object.values(value)) open.push(member);
  }
  return found;
}
