import { formatCount } from '../../ui/format';
import { iconPaths, type IconName } from '../../ui/icon';
import { lookOf } from '../../ui/state';
import type { GraphLaneLook, GraphStepLook } from '../graph/looks';
import { isNumbered, type OutlineBody, type OutlineStep } from '../outline/outline';
import { numberedTotal, partState, tellingPart, type PartsIndex } from '../outline/parts';
import { factsOf, isOpen, type FactSources, type StepFacts } from './step-facts';
import { figureText, stateText } from './step-words';

/** What the user chose to see, and what was last shown. */
export interface GraphChoice {
  /** Is the inside of this block shown? */
  readonly isOpen: (path: string) => boolean;
  /** The item or round chosen to be seen, counting from 0. */
  readonly itemOf: (path: string) => number | undefined;
  /** The selected step: what is around it is shown. */
  readonly selected: string | undefined;
  /** Items that were last shown without being chosen: kept while they are moving. */
  readonly shown: Map<string, number>;
}

export interface GraphSources extends FactSources {
  readonly parts: PartsIndex;
  readonly choice: GraphChoice;
  /** Epoch ms. */
  readonly now: number;
}

/** Every step as a node, the blocks that are open as boxes around what is inside them. */
export const graphLooks = (sources: GraphSources): GraphStepLook[] => [
  ...looksIn(sources.outline, '', sources),
  ...compensationLook(sources),
];

/** @param prefix the path of their list, with a slash at its end; '' at the top */
function looksIn(steps: readonly OutlineStep[], prefix: string, sources: GraphSources): GraphStepLook[] {
  return steps.map((step) => {
    const path = prefix + step.id;
    const facts = factsOf(path, step, sources);
    const isFoldable = step.bodies.length > 0;
    return {
      ...lookOfFacts(facts, sources.now),
      isFoldable,
      ...(isFoldable && sources.choice.isOpen(path) && { lanes: lanesOf(step, facts, sources) }),
    };
  });
}

function lookOfFacts(facts: StepFacts, now: number): GraphStepLook {
  const { state, counts, type } = facts;
  return {
    id: facts.path,
    name: facts.name,
    needs: facts.needs,
    type,
    ...(type in iconPaths && { icon: type as IconName }),
    state: facts.look,
    text: stateText(facts, now),
    figure: figureText(facts, now),
    isActive: isOpen(facts) || state === 'failed' || state === 'timed_out',
    isFaded: state === 'skipped' || state === 'blocked',
    hasStarted: state !== 'notReached' && state !== 'blocked',
    ...(counts && type === 'forEach' && { progress: counts }),
  };
}

function lanesOf(step: OutlineStep, facts: StepFacts, sources: GraphSources): GraphLaneLook[] {
  return isNumbered(step) ? numberedLane(step, facts, sources) : step.bodies.map((body) => namedLane(body, facts, sources));
}

/** Of all items or rounds the one that tells most. */
function numberedLane(step: OutlineStep, { path, state, counts }: StepFacts, sources: GraphSources): GraphLaneLook[] {
  const body = step.bodies[0]!;
  const total = numberedTotal(sources.parts, sources.view, path);
  const index = Math.min(shownItem(step, path, sources), Math.max(0, total - 1));
  const isEmpty = state === 'completed' && counts?.total === 0;
  return [
    {
      key: body.key,
      label: isEmpty ? $localize`no items` : total === 0 ? body.label : itemLabel(step.type, index, total),
      ...stateOfPart(sources, `${path}/${index}`),
      ...(total > 1 && { pager: { index, total } }),
      isFaded: isEmpty || state === 'skipped',
      steps: looksIn(body.steps, `${path}/${index}/`, sources),
    },
  ];
}

const itemLabel = (type: string, index: number, total: number): string =>
  type === 'repeat'
    ? $localize`round ${formatCount(index + 1)}:number: of ${formatCount(total)}:total:`
    : $localize`item ${formatCount(index + 1)}:number: of ${formatCount(total)}:total:`;

function shownItem(step: OutlineStep, path: string, { choice, parts, view }: GraphSources): number {
  const selected = choice.selected?.startsWith(`${path}/`) ? Number(choice.selected.slice(path.length + 1).split('/')[0]) : NaN;
  const chosen = choice.itemOf(path) ?? (Number.isInteger(selected) ? selected : undefined);
  if (chosen !== undefined) return chosen;
  const held = choice.shown.get(path);
  if (held !== undefined && partState(view.scopes.get(`${path}/${held}`)) === 'running') return held;
  const telling = tellingPart(step, parts, view, path);
  choice.shown.set(path, telling);
  return telling;
}

function namedLane(body: OutlineBody, facts: StepFacts, sources: GraphSources): GraphLaneLook {
  const path = `${facts.path}/${body.key}`;
  const hasBegun = sources.view.scopes.has(path) || facts.taken?.includes(body.key) === true;
  const isSettled = facts.type === 'branch' ? facts.taken !== undefined : !isOpen(facts) && facts.state !== 'notReached';
  return {
    key: body.key,
    label: body.label,
    ...(hasBegun ? stateOfPart(sources, path) : isSettled && { text: $localize`not taken` }),
    isFaded: isSettled && !hasBegun,
    steps: looksIn(body.steps, `${path}/`, sources),
  };
}

function stateOfPart({ view }: GraphSources, path: string): Pick<GraphLaneLook, 'state' | 'text'> {
  const state = partState(view.scopes.get(path));
  return state === 'notReached' ? {} : { state, text: lookOf(state).word };
}

/** Names the box of what is undone; no step is called so. */
export const COMPENSATION = '~compensation';
/** Of a long list the first are drawn; the list of steps has all. */
const maxUndone = 60;

/** What is undone, in the order in which it is, as a second row. */
function compensationLook(sources: GraphSources): GraphStepLook[] {
  const { compensation, status } = sources.view;
  if (compensation === undefined || compensation.paths.length === 0) return [];
  const { paths, order, failures } = compensation;
  const undone = paths.filter((path) => sources.view.steps.get(path)?.status === 'compensated').length;
  const failed = new Set(failures.map(({ path }) => path));
  const steps = paths
    .slice(0, maxUndone)
    .map((path, index) => undoLook(path, order === 'reverse' ? paths[index - 1] : undefined, failed, sources));
  const isOpenNow = status === 'compensating';
  return [
    {
      id: COMPENSATION,
      name: $localize`compensation`,
      icon: 'undo',
      needs: [],
      isBelow: true,
      state: isOpenNow ? 'compensating' : failed.size > 0 ? 'compensation_failed' : 'compensated',
      text: lookOf(isOpenNow ? 'compensating' : failed.size > 0 ? 'compensation_failed' : 'compensated').word,
      figure: `${formatCount(undone)} / ${formatCount(paths.length)}`,
      isActive: isOpenNow,
      hasStarted: true,
      lanes: [{ key: 'undo', label: order === 'reverse' ? $localize`newest first` : $localize`all at once`, steps }],
    },
  ];
}

function undoLook(path: string, before: string | undefined, failed: ReadonlySet<string>, sources: GraphSources): GraphStepLook {
  const facts = factsOf(`${path}/~undo`, undefined, sources);
  const child = sources.view.steps.get(path);
  const state = failed.has(path) ? 'failed' : facts.state === 'notReached' && child?.child ? (child.status === 'completed' ? 'notReached' : child.status) : facts.state; // prettier-ignore
  return {
    ...lookOfFacts(facts, sources.now),
    name: path,
    icon: 'undo',
    type: $localize`undo`,
    needs: before === undefined ? [] : [`${before}/~undo`],
    state,
    text: lookOf(state).word,
    hasStarted: state !== 'notReached',
  };
}

/** All that is drawn, in reading order: what the timeline shows. */
export function drawnPaths(looks: readonly GraphStepLook[]): string[] {
  const steps = looks.filter(({ id }) => id !== COMPENSATION);
  return steps.flatMap(({ id, lanes }) => [
    id,
    ...(lanes ?? []).filter(({ isFaded }) => !isFaded).flatMap((lane) => drawnPaths(lane.steps)),
  ]);
}
