import semver from 'semver';
import { hintFor } from '../expressions/nearest.js';
import { pointer } from '../json/bounds.js';
import type { Plan } from '../model/plan.js';
import { draftsIn, type ScopeDraft } from './draft.js';
import type { ProblemList } from './problem-list.js';
import { literalText } from './tasks.js';

/** A registered definition, for those that start it as a child. */
export interface KnownDefinition {
  readonly versions: readonly string[];
  /** Names of the definitions it starts itself: to tell of mutual references. */
  readonly children?: readonly string[];
}

type Child = Plan['children'][number];

function* namedChildren(top: ScopeDraft): Generator<Child & { path: string; isVersioned: boolean }> {
  for (const { fixed, path } of draftsIn(top)) {
    const workflow = literalText(fixed.workflow?.workflow);
    if (workflow === undefined) continue;
    const template = fixed.workflow?.version;
    const version = literalText(template);
    yield { workflow, path, isVersioned: template !== undefined, ...(version !== undefined && { version }) };
  }
}

/** Definitions that it starts by name: sorted, each name and version once. */
export function literalChildren(top: ScopeDraft): Child[] {
  const byText = new Map<string, Child>();
  for (const { workflow, version } of namedChildren(top))
    byText.set(`${workflow} ${version ?? ''}`, version === undefined ? { workflow } : { workflow, version });
  return [...byText.keys()].sort().map((text) => byText.get(text)!);
}

/** Warns of children that do not exist (yet), and of definitions that start themselves, directly or by way of others. */
export function checkChildren(
  self: { readonly name: string; readonly version: string },
  top: ScopeDraft,
  known: ReadonlyMap<string, KnownDefinition> | undefined,
  problems: ProblemList,
): void {
  for (const child of namedChildren(top)) {
    const way = wayBack(child.workflow, self.name, known);
    if (way !== undefined) {
      const message = `expected a child that does not start "${self.name}" again, but ${[self.name, ...way].join(' starts ')}`;
      const hint = 'It is allowed, to a depth of 100: make sure that a condition ends it';
      problems.warning('SELF_REFERENCE', pointer(child.path, 'workflow'), message, hint);
    }
    if (known) checkExists(child, self, known, problems);
  }
}

/** The chain of definitions from one to another, both included; undefined when there is none. */
function wayBack(from: string, to: string, known: ReadonlyMap<string, KnownDefinition> | undefined): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  for (const name of cameFrom.keys()) {
    if (name === to) {
      const way: string[] = [];
      for (let at: string | undefined = name; at !== undefined; at = cameFrom.get(at)) way.unshift(at);
      return way;
    }
    for (const next of known?.get(name)?.children ?? []) if (!cameFrom.has(next)) cameFrom.set(next, name);
  }
  return undefined;
}

function checkExists(
  { workflow, version, path, isVersioned }: Child & { path: string; isVersioned: boolean },
  self: { readonly name: string; readonly version: string },
  known: ReadonlyMap<string, KnownDefinition>,
  problems: ProblemList,
): void {
  const versions = [...(known.get(workflow)?.versions ?? []), ...(workflow === self.name ? [self.version] : [])];
  const isAny = version === undefined || version === 'latest';
  const fits = isAny || versions.some((candidate) => candidate === version || semver.satisfies(candidate, version));
  if (versions.length > 0 && fits) return;
  const isAbsent = versions.length === 0;
  const message = isAbsent
    ? `expected a registered definition, but there is none named "${workflow}"`
    : `expected a registered version of "${workflow}" in ${version}, but there are ${versions.slice(-10).join(', ')}`;
  const hint = (): string =>
    isAbsent
      ? hintFor(workflow, known.keys(), 'Register it before an instance needs it')
      : 'Register such a version, or widen the range';
  problems.warning('CHILD_NOT_FOUND', pointer(path, isAbsent || !isVersioned ? 'workflow' : 'version'), message, hint);
}
