import { isStepEnded } from '../model/lifecycle.js';
import type { Plan, PlanScope } from '../model/plan.js';
import { startClock } from '../state/clocks.js';
import type { BlockState } from '../state/block-state.js';
import type { InstanceState } from '../state/instance-state.js';
import { begunKeys } from '../state/scopes.js';
import { bodyOf, type Site } from '../state/site.js';
import { openStep } from './end-step.js';
import { forgetSteps } from './scope-end.js';

/** A retry by hand: when, and of what. */
export interface Reopening {
  readonly plan: Plan;
  readonly state: InstanceState;
  /** Epoch ms. */
  readonly at: number;
  /** Only this step, what a stop cancelled beside it, and the blocks around it; absent: all that ended badly. */
  readonly focus?: string | undefined;
  /** It is to be skipped: what is in it stays as it is. */
  readonly isSkipped?: boolean | undefined;
  /** The instance had been stopped: what is cancelled in its list was cancelled by that. */
  readonly wasStopped: boolean;
}

/** A list inside a block that is to be opened again. */
export interface PartToReopen {
  readonly scope: PlanScope;
  readonly path: string;
  /** As in {@link Reopening}, when it is in this list. */
  readonly focus: string | undefined;
}

/**
 * Opens a failed block again around those of its parts that ended badly; an open one only lets the part go on that holds the focus.
 * A lock was released when it failed: it is pending, and its body is held until the lock is granted anew.
 * @returns the parts that are to be opened with it
 */
export function openBlock(reopening: Reopening, site: Site): PartToReopen[] {
  const { state } = reopening;
  const { step, path } = site;
  const focus = reopening.focus?.startsWith(`${path}/`) ? reopening.focus : undefined;
  const keys = keysToReopen(state, site, focus);
  if (isStepEnded(state.step(path).status)) reopenShell(reopening, site);
  if (step.type === 'try' && keys.length > 0) rewindTry(reopening, site, keys[0]!);
  return keys.map((key) => {
    const body = `${path}/${key}`;
    countOpen(state, site, body);
    return { scope: bodyOf(step, key)!, path: body, focus: focus?.startsWith(`${body}/`) ? focus : undefined };
  });
}

function keysToReopen(state: InstanceState, site: Site, focus: string | undefined): string[] {
  const { step, path } = site;
  const { status, block } = state.step(path);
  const begun = begunKeys(step, block!, path, state);
  const holdsFocus = (key: string): boolean => focus?.startsWith(`${path}/${key}/`) === true;
  if (!isStepEnded(status)) return begun.filter(holdsFocus);
  if (step.type === 'try') return [tryKey(state, site)].filter((key) => key !== undefined);
  return begun.filter((key) => {
    const ended = state.scope(`${path}/${key}`).result?.status;
    return holdsFocus(key) || ended === 'cancelled' || (ended === 'failed' && focus === undefined);
  });
}

/** What failed last in a try: the handler, or else the body; `finally` only when nothing before it failed. None: it was stopped before its body began. */
export function tryKey(state: InstanceState, { step, path }: Site): string | undefined {
  const begun = begunKeys(step, state.step(path).block!, path, state);
  const main = begun.find((key) => key.startsWith('catch-')) ?? 'body';
  const isWell = (key: string): boolean => state.scopes.get(`${path}/${key}`)?.result?.status === 'completed';
  if (!isWell(main)) return begun.includes(main) ? main : undefined;
  return begun.includes('finally') && !isWell('finally') ? 'finally' : undefined;
}

/** The block itself, without its parts. */
function reopenShell({ state, at }: Reopening, site: Site): void {
  const { step, path } = site;
  const { endedSeq: _endedSeq, error: _error, output: _output, isAbsorbed: _isAbsorbed, ...own } = state.step(path);
  const { closing: _closing, undoing: _undoing, isDelayed: _isDelayed, ...block } = own.block!;
  const isLock = step.type === 'lock';
  const timeoutAt = isLock || own.timeoutMs === undefined ? undefined : at + own.timeoutMs;
  state.steps.set(path, {
    ...own,
    status: isLock ? 'pending' : 'running',
    readyNo: undefined,
    dueAt: undefined,
    timeoutAt,
    block,
  });
  if (isLock) return;
  openStep(state, site);
  startClock(state, 'timeout', path, timeoutAt);
}

/** The try stands where it failed again. A `finally` that has run belongs to that failure: it runs once more when the try is left. */
function rewindTry({ plan, state }: Reopening, site: Site, key: string): void {
  const { path } = site;
  const own = state.step(path);
  const { error, ...block } = own.block!;
  const phase = key === 'finally' ? 'finally' : key === 'body' ? 'body' : 'catch';
  state.steps.set(path, { ...own, block: { ...block, phase, ...(phase !== 'body' && error && { error }) } });
  if (key !== 'finally' && state.scopes.get(`${path}/finally`) !== undefined) forgetFinally(plan, state, site);
}

function forgetFinally(plan: Plan, state: InstanceState, site: Site): void {
  const scopePath = `${site.path}/finally`;
  const { result } = state.scope(scopePath);
  const own = state.step(site.path);
  const block = own.block!;
  forgetSteps(plan, state, bodyOf(site.step, 'finally')!, scopePath);
  state.scopes.delete(scopePath);
  for (const path of [...state.undo.keys()]) if (path.startsWith(`${scopePath}/`)) state.undo.delete(path);
  state.steps.set(site.path, {
    ...own,
    block: {
      ...block,
      opened: block.opened - 1,
      ...(result && { [result.status]: block[result.status] - 1 }),
      finallyReruns: (block.finallyReruns ?? 0) + 1,
    },
  });
}

/** A part counts as running again instead of how it had ended. */
function countOpen(state: InstanceState, site: Site, scopePath: string): void {
  const { result } = state.scope(scopePath);
  if (result === undefined) return;
  const own = state.step(site.path);
  const { firstBad, ...block } = own.block!;
  const counted: BlockState = {
    ...block,
    running: block.running + 1,
    [result.status]: block[result.status] - 1,
    ...(firstBad !== undefined && firstBad !== scopePath && { firstBad }),
  };
  state.steps.set(site.path, { ...own, block: counted });
}
