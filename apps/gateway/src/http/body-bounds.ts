/** Levels of arrays and objects in a body. */
export const maxDepth = 64;
/** Object keys in a body (of a batch: in each of its items). */
export const maxKeys = 10_000;
/** Would reach into prototypes when merged. */
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

export type BoundsFault =
  | { readonly kind: 'depth' }
  | { readonly kind: 'keys'; readonly found: number }
  | { readonly kind: 'forbidden'; readonly path: string; readonly key: string };

interface Node {
  readonly value: object;
  readonly depth: number;
  readonly up?: Node;
  readonly key?: string;
}

/**
 * Walks a parsed body with its own stack, so that no depth can overflow ours. Paths are built only for a fault.
 * @param value what `JSON.parse` returned
 */
export function boundsFault(value: unknown, limits = { depth: maxDepth, keys: maxKeys }): BoundsFault | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const stack: Node[] = [{ value, depth: 1 }];
  let keys = 0;
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.depth > limits.depth) return { kind: 'depth' };
    const isArray = Array.isArray(node.value);
    for (const [key, child] of Object.entries(node.value)) {
      if (!isArray && ++keys > limits.keys) return { kind: 'keys', found: keys };
      if (!isArray && forbiddenKeys.has(key))
        return { kind: 'forbidden', key, path: pathTo({ value: node.value, depth: 0, up: node, key }) };
      if (typeof child === 'object' && child !== null)
        stack.push({ value: child as object, depth: node.depth + 1, up: node, key });
    }
  }
  return undefined;
}

function pathTo(node: Node): string {
  const parts: string[] = [];
  for (let each: Node | undefined = node; each?.key !== undefined; each = each.up) parts.unshift(each.key);
  return parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
