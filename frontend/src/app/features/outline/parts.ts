import type { InstanceView, ScopeView } from '@engine/view/instance-view';
import type { OutlineStep } from './outline';

/** Which parts of which blocks have begun: keys by path of the block, in the order in which they began. */
export type PartsIndex = ReadonlyMap<string, readonly string[]>;

const noKeys: readonly string[] = [];

/** One walk over the lists of an instance: O(lists). */
export function indexParts(view: Pick<InstanceView, 'scopes'>): PartsIndex {
  const index = new Map<string, string[]>();
  for (const path of view.scopes.keys()) {
    const cut = path.lastIndexOf('/');
    if (cut < 0) continue;
    const [owner, key] = [path.slice(0, cut), path.slice(cut + 1)];
    const keys = index.get(owner);
    if (keys === undefined) index.set(owner, [key]);
    else keys.push(key);
  }
  return index;
}

/** How a part stands; a key of `stateLooks`. */
export function partState(scope: ScopeView | undefined): string {
  if (scope === undefined || (scope.open === 0 && scope.ended === 0)) return 'notReached';
  if (scope.open > 0) return 'running';
  if (scope.failed > 0) return 'failed';
  return scope.cancelled > 0 ? 'cancelled' : 'completed';
}

/** Keys of the parts of a block that have begun; items and rounds by number. */
export function begunKeys(index: PartsIndex, path: string): readonly string[] {
  return index.get(path) ?? noKeys;
}

/** How many items or rounds there are to page through: those there will be, or have been. */
export function numberedTotal(index: PartsIndex, view: InstanceView, path: string): number {
  const begun = begunKeys(index, path).reduce((most, key) => Math.max(most, Number(key) + 1), 0);
  return Math.max(begun, view.steps.get(path)?.counts?.total ?? 0);
}

/** The item or round worth looking at: the first that is open, else the first that failed, else the last round or the first item. */
export function tellingPart(step: OutlineStep, index: PartsIndex, view: InstanceView, path: string): number {
  const keys = begunKeys(index, path);
  const stateOf = (key: string): string => partState(view.scopes.get(`${path}/${key}`));
  const telling = keys.find((key) => stateOf(key) === 'running') ?? keys.find((key) => stateOf(key) === 'failed');
  if (telling !== undefined) return Number(telling);
  return step.type === 'repeat' ? Math.max(0, numberedTotal(index, view, path) - 1) : 0;
}
