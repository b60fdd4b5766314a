import { bucketOf, defaultTenant } from '#libs/contracts';
import type { Failure, InstanceId, StartChild } from '#libs/engine';
import type { ChildRequest, DefinitionStore, StartRow } from '#libs/persistence';
import { PlanUnavailable, type CompiledDefinition, type PlanCache } from '../definitions/plan-cache.js';

type Judged = ChildRequest['judged'];

const refused = (code: string, message: string, details?: Failure['details']): { failure: Failure } => ({
  failure: { code, message, retryable: false, ...(details !== undefined && { details }) },
});

/** The version a request means, looked up once for all requests that name it alike. */
export class ChildVersions {
  private readonly known = new Map<string, Promise<CompiledDefinition | { failure: Failure }>>();

  constructor(
    private readonly definitions: Pick<DefinitionStore, 'resolve' | 'versions'>,
    private readonly plans: PlanCache,
  ) {}

  of(workflow: string, version: string | undefined): Promise<CompiledDefinition | { failure: Failure }> {
    const name = `${workflow}@${version ?? ''}`;
    let found = this.known.get(name);
    if (found === undefined) this.known.set(name, (found = this.look(workflow, version)));
    return found;
  }

  private async look(workflow: string, wanted: string | undefined): Promise<CompiledDefinition | { failure: Failure }> {
    const version = await this.definitions.resolve(workflow, wanted);
    if (version === undefined) return this.absent(workflow, wanted);
    try {
      return await this.plans.compiled(workflow, version);
    } catch (error) {
      if (error instanceof PlanUnavailable) return refused('DEFINITION_INVALID', error.message);
      throw error;
    }
  }

  private async absent(workflow: string, wanted: string | undefined): Promise<{ failure: Failure }> {
    const versions = await this.definitions.versions(workflow);
    if (versions.length === 0)
      return refused('DEFINITION_NOT_FOUND', `expected a definition named ${workflow}, but there is none`);
    const what = wanted === undefined ? 'an active version' : `version ${JSON.stringify(wanted)}`;
    return refused('VERSION_NOT_FOUND', `expected ${what} of ${workflow}, but there is none`);
  }
}

/** Whether a parent's request can be met, and by what start. */
export async function judgeRequest(id: InstanceId, request: StartChild, versions: ChildVersions): Promise<Judged> {
  const { workflow, version, input, key, queue, priority, parent } = request;
  const found = await versions.of(workflow, version);
  if ('failure' in found) return found;
  const { plan, checksum } = found;
  const faults = plan.checkInput?.(input) ?? [];
  if (faults.length > 0) {
    const [{ path, message }] = faults as [(typeof faults)[0]];
    const words = `expected an input that fits the schema of ${plan.name}@${plan.version}; at ${path === '' ? '/' : path}: ${message}`;
    return refused('INPUT_INVALID', words, { errors: faults });
  }
  const start: StartRow = {
    id,
    tenant: defaultTenant,
    definition: plan.name,
    version: plan.version,
    checksum,
    key: key ?? null,
    bucket: bucketOf(id),
    queue: queue ?? null,
    priority: priority ?? null,
    input,
    stepsTotal: plan.scope.steps.length,
    origin: { parent },
  };
  return { start };
}
