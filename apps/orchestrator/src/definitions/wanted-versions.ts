import type { Failure } from '#libs/engine';
import type { DefinitionStore } from '#libs/persistence';
import { PlanUnavailable, type CompiledDefinition, type PlanCache } from './plan-cache.js';

export const refused = (code: string, message: string, details?: Failure['details']): { failure: Failure } => ({
  failure: { code, message, retryable: false, ...(details !== undefined && { details }) },
});

/** The version a start means, looked up once for all that name it alike. */
export class WantedVersions {
  private readonly known = new Map<string, Promise<CompiledDefinition | { failure: Failure }>>();

  constructor(
    private readonly definitions: Pick<DefinitionStore, 'resolve' | 'versions'>,
    private readonly plans: PlanCache,
  ) {}

  /** @param version exact, a range or `latest`; absent: the active one */
  of(definition: string, version: string | undefined): Promise<CompiledDefinition | { failure: Failure }> {
    const name = `${definition}@${version ?? ''}`;
    let found = this.known.get(name);
    if (found === undefined) this.known.set(name, (found = this.look(definition, version)));
    return found;
  }

  private async look(definition: string, wanted: string | undefined): Promise<CompiledDefinition | { failure: Failure }> {
    const version = await this.definitions.resolve(definition, wanted);
    if (version === undefined) return this.absent(definition, wanted);
    try {
      return await this.plans.compiled(definition, version);
    } catch (error) {
      if (error instanceof PlanUnavailable) return refused('DEFINITION_INVALID', error.message);
      throw error;
    }
  }

  private async absent(definition: string, wanted: string | undefined): Promise<{ failure: Failure }> {
    const versions = await this.definitions.versions(definition);
    if (versions.length === 0)
      return refused('DEFINITION_NOT_FOUND', `expected a definition named ${definition}, but there is none`);
    const what = wanted === undefined ? 'an active version' : `version ${JSON.stringify(wanted)}`;
    return refused('VERSION_NOT_FOUND', `expected ${what} of ${definition}, but there is none`);
  }
}
