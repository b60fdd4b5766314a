import { bucketOf, defaultTenant } from '#libs/contracts';
import { inputFailure, type InstanceId, type StartChild } from '#libs/engine';
import type { ChildRequest, StartRow } from '#libs/persistence';
import type { WantedVersions } from '../definitions/wanted-versions.js';

type Judged = ChildRequest['judged'];

/** Whether a parent's request can be met, and by what start. */
export async function judgeRequest(id: InstanceId, request: StartChild, versions: WantedVersions): Promise<Judged> {
  const { workflow, version, input, key, queue, priority, parent } = request;
  const found = await versions.of(workflow, version);
  if ('failure' in found) return found;
  const { plan, checksum } = found;
  const failure = inputFailure(plan, input);
  if (failure !== undefined) return { failure };
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
