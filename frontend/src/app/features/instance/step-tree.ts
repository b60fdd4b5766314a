import { formatCount } from '../../ui/format';
import { isNumbered, stepAt, type OutlineBody, type OutlineStep } from '../outline/outline';
import { begunKeys, numberedTotal, partState, type PartsIndex } from '../outline/parts';
import { factsOf, isOpen, type FactSources, type StepFacts } from './step-facts';

/** One line of the tree of steps. */
export type TreeRow =
  | {
      readonly kind: 'step';
      readonly path: string;
      readonly depth: number;
      readonly facts: StepFacts;
      readonly isFoldable: boolean;
      readonly isOpen: boolean;
    }
  | {
      /** A case, a branch, a phase, an item or a round. */
      readonly kind: 'part';
      readonly path: string;
      readonly depth: number;
      readonly label: string;
      /** A key of `stateLooks`. */
      readonly state: string;
      readonly isFoldable: boolean;
      readonly isOpen: boolean;
    }
  | { readonly kind: 'pager'; readonly path: string; readonly depth: number; readonly page: Page };

/** Numbered parts that are listed together. */
export interface Page {
  /** Of the block. */
  readonly path: string;
  /** First and one after the last, counting from 0 in the list that is shown. */
  readonly from: number;
  readonly to: number;
  /** Parts in the list: all of them, or those that failed. */
  readonly total: number;
  readonly failed: number;
  readonly onlyFailed: boolean;
}

export interface TreeChoice {
  /** Paths whose fold differs from what it is by itself. */
  readonly toggled: ReadonlySet<string>;
  /** First part listed, by path of the block. */
  readonly pages: ReadonlyMap<string, number>;
  /** Blocks of which only failed parts are listed. */
  readonly onlyFailed: ReadonlySet<string>;
}

export interface TreeSources extends FactSources {
  readonly parts: PartsIndex;
  readonly choice: TreeChoice;
}

export const partsPerPage = 100;
/** A block of so many parts, or fewer, shows them open by itself. */
const fewParts = 3;

/** The lines that are open, in the order of the definition. */
export const treeRows = (sources: TreeSources): TreeRow[] => stepRows(sources.outline, '', 0, sources);

function stepRows(steps: readonly OutlineStep[], prefix: string, depth: number, sources: TreeSources): TreeRow[] {
  return steps.flatMap((step) => {
    const path = prefix + step.id;
    const facts = factsOf(path, step, sources);
    const isFoldable = step.bodies.length > 0;
    const isUnfolded = isFoldable && isToggledFrom(facts.state !== 'skipped', path, sources);
    const row: TreeRow = { kind: 'step', path, depth, facts, isFoldable, isOpen: isUnfolded };
    return [row, ...(isUnfolded ? insideRows(step, facts, depth + 1, sources) : []), ...undoRow(facts, depth + 1, sources)];
  });
}

function undoRow({ path, undo }: StepFacts, depth: number, sources: TreeSources): TreeRow[] {
  if (undo === undefined) return [];
  const facts: StepFacts = {
    ...factsOf(undo.path, undefined, sources),
    type: 'undo',
    name: $localize`undo ${path.slice(path.lastIndexOf('/') + 1)}:step:`,
  };
  return [{ kind: 'step', path: undo.path, depth, facts, isFoldable: false, isOpen: false }];
}

function insideRows(step: OutlineStep, facts: StepFacts, depth: number, sources: TreeSources): TreeRow[] {
  if (isNumbered(step)) return numberedRows(step, facts, depth, sources);
  const [only] = step.bodies;
  if (step.type === 'lock' && only) return stepRows(only.steps, `${facts.path}/${only.key}/`, depth, sources);
  return step.bodies.flatMap((body) => namedPart(body, facts, depth, sources));
}

function namedPart(body: OutlineBody, facts: StepFacts, depth: number, sources: TreeSources): TreeRow[] {
  const path = `${facts.path}/${body.key}`;
  const hasBegun = sources.view.scopes.has(path) || facts.taken?.includes(body.key) === true;
  const isSettled = facts.type === 'branch' ? facts.taken !== undefined : !isOpen(facts) && facts.state !== 'notReached';
  const state = hasBegun ? partState(sources.view.scopes.get(path)) : isSettled ? 'skipped' : 'notReached';
  return part(path, body.label, state, !isSettled || hasBegun, body.steps, depth, sources);
}

function part(
  path: string,
  label: string,
  state: string,
  isOpenItself: boolean,
  steps: readonly OutlineStep[],
  depth: number,
  sources: TreeSources,
): TreeRow[] {
  // prettier-ignore
  const isFoldable = steps.length > 0;
  const isUnfolded = isFoldable && isToggledFrom(isOpenItself, path, sources);
  const row: TreeRow = { kind: 'part', path, depth, label, state, isFoldable, isOpen: isUnfolded };
  return [row, ...(isUnfolded ? stepRows(steps, `${path}/`, depth + 1, sources) : [])];
}

function numberedRows(step: OutlineStep, { path, type, counts }: StepFacts, depth: number, sources: TreeSources): TreeRow[] {
  const { choice, view, parts } = sources;
  const onlyFailed = choice.onlyFailed.has(path);
  const total = onlyFailed ? 0 : numberedTotal(parts, view, path);
  const failed = onlyFailed ? failedNumbers(path, sources) : [];
  const size = onlyFailed ? failed.length : total;
  const from = Math.min(choice.pages.get(path) ?? 0, Math.max(0, size - 1));
  const to = Math.min(size, from + partsPerPage);
  const numbers = onlyFailed ? failed.slice(from, to) : Array.from({ length: to - from }, (_, index) => from + index);
  const rows = numbers.flatMap((number) => {
    const own = `${path}/${number}`;
    const label =
      type === 'repeat'
        ? $localize`round ${formatCount(number + 1)}:number:`
        : $localize`item ${formatCount(number + 1)}:number:`;
    return part(own, label, partState(view.scopes.get(own)), size <= fewParts, step.bodies[0]!.steps, depth, sources);
  });
  const page: Page = { path, from, to, total: size, failed: counts?.failed ?? 0, onlyFailed };
  const isPaged = size > partsPerPage || onlyFailed || (page.failed > 0 && size > fewParts);
  return isPaged ? [{ kind: 'pager', path: `${path}/page`, depth, page }, ...rows] : rows;
}

function failedNumbers(path: string, { parts, view }: TreeSources): number[] {
  const keys = begunKeys(parts, path).filter((key) => (view.scopes.get(`${path}/${key}`)?.failed ?? 0) > 0);
  return keys.map(Number).sort((a, b) => a - b);
}

const isToggledFrom = (isOpenItself: boolean, path: string, { choice }: TreeSources): boolean =>
  isOpenItself !== choice.toggled.has(path);

/** What must be unfolded, and which pages turned to, for a step to be among the lines. */
export function reveal(path: string, sources: TreeSources): TreeChoice {
  const { choice } = sources;
  const toggled = new Set(choice.toggled);
  const opened: TreeChoice = { toggled, pages: pagesTo(path, sources), onlyFailed: choice.onlyFailed };
  for (;;) {
    const around = treeRows({ ...sources, choice: opened }).findLast((row) => path.startsWith(`${row.path}/`));
    if (around === undefined || around.kind === 'pager' || !around.isFoldable || around.isOpen) return opened;
    if (!toggled.delete(around.path)) toggled.add(around.path);
  }
}

function pagesTo(path: string, { outline, choice }: TreeSources): Map<string, number> {
  const pages = new Map(choice.pages);
  const segments = path.split('/');
  for (let at = 1; at < segments.length; at += 2) {
    const [owner, number] = [segments.slice(0, at).join('/'), Number(segments[at])];
    const step = stepAt(outline, owner);
    if (step && isNumbered(step) && Number.isInteger(number)) pages.set(owner, Math.floor(number / partsPerPage) * partsPerPage);
  }
  return pages;
}
