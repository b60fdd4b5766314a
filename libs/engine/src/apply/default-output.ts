import type { Json, JsonObject } from '../model/json.js';
import type { PlanScope } from '../model/plan.js';
import type { InstanceState } from '../state/instance-state.js';
import { childPath } from '../state/site.js';

/** LANGUAGE §1: the one last step's output, or the object outputs of several merged in definition order. */
export function defaultOutput(state: InstanceState, scope: PlanScope, scopePath: string): Json {
  const outputs = scope.leaves
    .map((leaf) => state.step(childPath(scopePath, leaf.id)))
    .filter((leaf) => leaf.status === 'completed' || leaf.status === 'compensating' || leaf.status === 'compensated')
    .map((leaf) => leaf.output ?? null);
  if (outputs.length <= 1) return outputs[0] ?? null;
  const merged: JsonObject = {};
  for (const output of outputs) {
    if (output === null || typeof output !== 'object' || Array.isArray(output)) continue;
    for (const [key, value] of Object.entries(output))
      Object.defineProperty(merged, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return merged;
}
