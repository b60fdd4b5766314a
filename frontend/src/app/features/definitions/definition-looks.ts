import { iconPaths, type IconName } from '../../ui/icon';
import type { GraphStepLook } from '../graph/looks';
import type { OutlineStep } from '../outline/outline';

/** A definition as a graph: every step, with what is inside it unless that is folded away. */
export function definitionLooks(steps: readonly OutlineStep[], prefix: string, folded: ReadonlySet<string>): GraphStepLook[] {
  return steps.map(({ id, type, task, needs, maxAttempts, bodies }) => {
    const path = prefix + id;
    const isOpen = bodies.length > 0 && !folded.has(path);
    return {
      id: path,
      name: id,
      type,
      ...(type in iconPaths && { icon: type as IconName }),
      needs: needs.map((need) => prefix + need),
      text: task ?? type,
      figure: maxAttempts > 1 ? $localize`${maxAttempts}:attempts: tries` : '',
      isFoldable: bodies.length > 0,
      ...(isOpen && {
        lanes: bodies.map(({ key, label, steps: inside }) => ({
          key,
          label,
          steps: definitionLooks(inside, `${path}/${key}/`, folded),
        })),
      }),
    };
  });
}
