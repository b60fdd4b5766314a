import type { PartJoin, PlanStep } from '../model/plan.js';
import type { BlockState, UndoRun } from '../state/block-state.js';
import type { InstanceState } from '../state/instance-state.js';
import type { Site } from '../state/site.js';
import { undoStage } from '../state/undo-run.js';

/** What an open block does next; a function of its counters, so that it costs O(1) whatever its size. */
export type Verdict =
  | { readonly do: 'wait' }
  /** Bodies that can begin now, as keys or as numbers [from, to). */
  | { readonly do: 'open'; readonly keys: readonly string[] }
  | { readonly do: 'openNumbers'; readonly from: number; readonly to: number }
  /** repeat: is there another round? */
  | { readonly do: 'round' }
  /** try: is there a handler for the failure of the body? */
  | { readonly do: 'handle' }
  /** try: something of its body can be undone now. */
  | { readonly do: 'undo' }
  /** Stop what is open: the outcome is certain. */
  | { readonly do: 'close'; readonly as: 'completed' | 'failed' }
  /** Nothing is left in it. */
  | { readonly do: 'end' };

/** Items of a forEach that begin in one decision. */
const sliceSize = 100;
const wait: Verdict = { do: 'wait' };

export function blockVerdict(state: InstanceState, { step, path }: Site): Verdict {
  const block = state.step(path).block!;
  if (step.type === 'try') return tryVerdict(state, step, path, block);
  if (block.closing !== undefined) return block.running > 0 ? wait : { do: 'end' };
  switch (step.type) {
    case 'parallel':
    case 'forEach':
      return partsVerdict(block, partsOf(step, block), step);
    case 'branch':
      if (block.opened < block.taken!.length) return { do: 'open', keys: block.taken! };
      if (block.running === 0) return { do: 'end' };
      return block.failed > 0 ? { do: 'close', as: 'failed' } : wait;
    case 'repeat':
      if (block.running > 0 || block.isDelayed) return wait;
      return block.failed + block.cancelled > 0 ? { do: 'end' } : { do: 'round' };
    case 'lock':
      if (block.opened === 0) return { do: 'open', keys: ['body'] };
      return block.running > 0 ? wait : { do: 'end' };
    default:
      throw new RangeError(`expected a block, but "${path}" is a ${step.type}`);
  }
}

interface Parts {
  readonly total: number;
  readonly concurrency: number;
  readonly join: PartJoin;
  readonly isCollect: boolean;
  /** undefined: no bound of its own */
  readonly tolerated: number | undefined;
  readonly cancelRest: boolean;
}

export const toleratedOf = (tolerate: { readonly count: number } | { readonly percent: number }, total: number): number =>
  'count' in tolerate ? tolerate.count : Math.floor((total * tolerate.percent) / 100);

/** What a parallel and a forEach have in common. */
export function partsOf(step: PlanStep, block: BlockState): Parts {
  if (step.parallel !== undefined) {
    const { branches, join, onError, cancelRest } = step.parallel;
    return {
      total: branches.length,
      concurrency: Infinity,
      join,
      isCollect: onError === 'collect',
      tolerated: undefined,
      cancelRest,
    };
  }
  const { join, onError, cancelRest, tolerate } = step.forEach!;
  const total = block.items?.length ?? 0;
  const tolerated = tolerate && ('computed' in tolerate ? block.tolerated : toleratedOf(tolerate, total));
  return { total, concurrency: block.concurrency ?? Infinity, join, isCollect: onError === 'collect', tolerated, cancelRest };
}

function partsVerdict(block: BlockState, parts: Parts, step: PlanStep): Verdict {
  const { opened, running } = block;
  const { total, concurrency, cancelRest } = parts;
  const outlook = partsOutlook(block, parts);
  if (outlook === 'lost') return running > 0 ? { do: 'close', as: 'failed' } : { do: 'end' };
  if (outlook === 'met') {
    if (running === 0) return { do: 'end' };
    return cancelRest ? { do: 'close', as: 'completed' } : wait;
  }
  if (step.parallel !== undefined)
    return opened === 0 ? { do: 'open', keys: step.parallel.branches.map(({ key }) => key) } : wait;
  const to = Math.min(total, opened + Math.max(0, concurrency - running), opened + sliceSize);
  return to > opened ? { do: 'openNumbers', from: opened, to } : wait;
}

/**
 * LANGUAGE §3, joins of blocks. failFast counts completed parts; collect those that have ended. A bound on failures holds with both;
 * without one failFast with `all` bears none, and with another join just as many as the join can spare.
 */
export function partsOutlook(block: BlockState, { total, join, isCollect, tolerated }: Parts): 'met' | 'lost' | 'open' {
  const { completed, failed, cancelled } = block;
  const bad = failed + cancelled;
  const ended = completed + bad;
  if (tolerated !== undefined && bad > tolerated) return 'lost';
  if (join === 'all') {
    if (!isCollect && bad > (tolerated ?? 0)) return 'lost';
    return ended === total ? 'met' : 'open';
  }
  const required = Math.min(join === 'any' ? 1 : join, total);
  if ((isCollect ? ended : completed) >= required) return 'met';
  return !isCollect && total - bad < required ? 'lost' : 'open';
}

function tryVerdict(state: InstanceState, step: PlanStep, path: string, block: BlockState): Verdict {
  if (block.running > 0) return wait;
  if (block.opened === 0) return block.closing === undefined ? { do: 'open', keys: ['body'] } : { do: 'end' };
  const undoing = block.undoing && undoVerdict(block.undoing, block.closing !== undefined);
  if (undoing !== undefined) return undoing;
  const isLast = block.phase === 'finally' || step.try!.finally === undefined;
  if (block.phase === 'body' && block.closing === undefined && state.scopes.get(`${path}/body`)?.result?.status === 'failed')
    return { do: 'handle' };
  return isLast ? { do: 'end' } : { do: 'open', keys: ['finally'] };
}

/** undefined: it is done. When the try is stopped, what has begun ends, and no more begins. */
function undoVerdict(run: UndoRun, isClosing: boolean): Verdict | undefined {
  const stage = undoStage(run);
  if (stage === 'start' && !isClosing) return { do: 'undo' };
  return run.begun > run.ended ? wait : undefined;
}
