import { type Operation, operations } from '#libs/contracts';

interface Route {
  readonly pattern: RegExp;
  readonly byMethod: ReadonlyMap<string, Operation>;
}

export type RouteMatch =
  | { readonly found: 'operation'; readonly operation: Operation }
  | { readonly found: 'otherMethods'; readonly allow: readonly string[] }
  | { readonly found: 'nothing' };

/** Which operation of the contract a request asks for. Only what the contract names can be reached. */
export class RouteTable {
  private readonly routes: readonly Route[];

  constructor(all: readonly Operation[] = operations) {
    const byPath = new Map<string, Operation[]>();
    for (const operation of all) byPath.set(operation.path, [...(byPath.get(operation.path) ?? []), operation]);
    // A path without parameters wins over one with them: /definitions/validate before /definitions/{name}.
    const paths = [...byPath.keys()].sort((a, b) => Number(a.includes('{')) - Number(b.includes('{')));
    this.routes = paths.map((path) => ({
      pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`),
      byMethod: new Map((byPath.get(path) ?? []).map((operation) => [operation.method.toUpperCase(), operation])),
    }));
  }

  /** @param path without query */
  match(method: string, path: string): RouteMatch {
    const here = this.routes.filter(({ pattern }) => pattern.test(path));
    const wanted = method === 'HEAD' ? 'GET' : method;
    for (const { byMethod } of here) {
      const operation = byMethod.get(wanted);
      if (operation) return { found: 'operation', operation };
    }
    const allow = here.flatMap(({ byMethod }) => [...byMethod.keys()]);
    return allow.length > 0 ? { found: 'otherMethods', allow } : { found: 'nothing' };
  }
}
