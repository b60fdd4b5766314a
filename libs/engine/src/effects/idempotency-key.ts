import type { InstanceState } from '../state/instance-state.js';

/**
 * What a handler gives to other systems so that doing it again does no harm: the instance, how often it began anew (`again`), the path, and
 * how often the step was run again on purpose. A retry, by policy or by an operator, keeps it; an edited input, and the `finally` of a try
 * that is gone through once more, change it.
 */
export function idempotencyKey(state: InstanceState, path: string): string {
  const { rounds } = state;
  const reruns = (state.step(path).reruns ?? 0) + rerunsAround(state, path);
  return `${state.id}:${path}${rounds > 0 ? `:again${rounds}` : ''}${reruns > 0 ? `:rerun${reruns}` : ''}`;
}

/** Every `finally` the step stands in may have run before. */
function rerunsAround(state: InstanceState, path: string): number {
  let reruns = 0;
  for (let at = path.indexOf('/finally/'); at >= 0; at = path.indexOf('/finally/', at + 1))
    reruns += state.step(path.slice(0, at)).block?.finallyReruns ?? 0;
  return reruns;
}
