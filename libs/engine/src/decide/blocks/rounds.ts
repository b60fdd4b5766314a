import type { Site } from '../../state/site.js';
import { failStep } from '../complete-step.js';
import type { Draft } from '../draft.js';
import { evaluate, evaluateDuration, roundOutput } from '../evaluation.js';
import { isTrue } from '../values.js';
import { countsOf, endBlock } from './end-block.js';

/** A repeat whose round has ended well, or that has just begun: another round, or its end. */
export function nextRound(draft: Draft, site: Site): void {
  const { step, path } = site;
  const { while: before, until: after, delay } = step.repeat!;
  const block = draft.state.step(path).block!;
  const round = block.opened;
  const maxIterations = block.maxIterations ?? (step.repeat!.maxIterations as number); // computed ones are recorded
  if (round === 0) return openRound(draft, site); // `while` was looked at when it was entered
  const last = roundOutput(draft.state, path, round - 1);
  const ended = { site, last, index: round - 1, scopePath: `${path}/${round - 1}` };
  if (after && isTrue(evaluate(draft, after, ended), 'until')) return endBlock(draft, site);
  if (before && !isTrue(evaluate(draft, before, { site, last, index: round }), 'while')) return endBlock(draft, site);
  if (round >= maxIterations) {
    const failure = { code: 'MAX_ITERATIONS', message: `expected an end within ${maxIterations} rounds`, retryable: false };
    return failStep(draft, site, failure, { counts: countsOf(draft, site) });
  }
  if (delay === undefined) return openRound(draft, site);
  const delayMs = evaluateDuration(draft, delay, ended);
  if (delayMs === 0) return openRound(draft, site);
  draft.emit('roundDelayed', { dueAt: draft.nowMs + delayMs }, path);
}

/** The next round begins now. */
export function openRound(draft: Draft, { path }: Site): void {
  draft.emit('scopesOpened', { keys: [String(draft.state.step(path).block!.opened)] }, path);
}
