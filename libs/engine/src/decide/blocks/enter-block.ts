import { listOf, isTrue } from '../values.js';
import { canonicalJson } from '../../json/canonical.js';
import type { Json } from '../../model/json.js';
import type { BranchCase } from '../../model/plan.js';
import type { Site } from '../../state/site.js';
import { completeStep, failStep } from '../complete-step.js';
import type { Draft } from '../draft.js';
import { type At, countOf, evaluate, evaluateDuration } from '../evaluation.js';
import { toleratedOf } from '../../apply/block-verdict.js';
import { LIMITS } from '../../compile/vocabulary.js';
import { toleranceIn } from '../../parse/tolerance.js';

/** Begins a block. What is evaluated once (items, cases, time-out) is recorded here; its bodies begin when it is looked at. */
export function enterBlock(draft: Draft, site: Site, metBy: string[] | undefined): void {
  const { step, path } = site;
  const at = { site, ...(metBy && { metBy }) };
  const timeoutAt = step.timeout === undefined ? undefined : draft.nowMs + evaluateDuration(draft, step.timeout, at);
  const common = { timeoutAt, needs: metBy };
  switch (step.type) {
    case 'branch': {
      const taken = takenCases(draft, site, metBy);
      return draft.emit('blockEntered', { ...common, taken }, path);
    }
    case 'forEach': {
      const { items: template, concurrency: bound } = step.forEach!;
      const items = listOf(evaluate(draft, template, at), 'items');
      if (items.length > LIMITS.items) {
        const message = `expected at most ${LIMITS.items} items, but were ${items.length}: split them over several steps`;
        return failStep(draft, site, { code: 'TOO_MANY_ITEMS', message, retryable: false }, { needs: metBy });
      }
      const concurrency = bound && countOf(draft, bound, 'concurrency', Infinity, at);
      return draft.emit('blockEntered', { ...common, items, concurrency, tolerated: toleranceOf(draft, at, items.length) }, path);
    }
    case 'repeat': {
      const { while: condition } = step.repeat!;
      const first = { ...at, index: 0, last: null, scopePath: site.scopePath };
      if (condition && !isTrue(evaluate(draft, condition, first), 'while'))
        return completeStep(draft, site, emptyRounds(site), { needs: metBy });
      return draft.emit('blockEntered', { ...common, ...boundsOf(draft, at) }, path);
    }
    default:
      return draft.emit('blockEntered', common, path);
  }
}

/** Failures that a forEach tolerates, when that is computed: a number, or a share of its items. */
function toleranceOf(draft: Draft, at: At, total: number): number | undefined {
  const { tolerate } = at.site!.step.forEach!;
  if (tolerate === undefined || !('computed' in tolerate)) return undefined;
  const read = toleranceIn(evaluate(draft, tolerate.computed, at));
  if (read === undefined) throw new TypeError('expected `tolerate` to yield a number of failures, or a share such as "5%"');
  return toleratedOf(read, total);
}

/** Bounds of a repeat that are computed. */
function boundsOf(draft: Draft, at: At): { maxIterations?: number; keep?: number } {
  const { maxIterations, keep } = at.site!.step.repeat!;
  return {
    ...(typeof maxIterations === 'object' && {
      maxIterations: countOf(draft, maxIterations, 'maxIterations', LIMITS.iterations, at),
    }),
    ...(typeof keep === 'object' && { keep: countOf(draft, keep, 'keep', LIMITS.kept, at) }),
  };
}

const emptyRounds = ({ step }: Site): Json => (step.repeat!.keep === undefined ? null : []);

/** Ids of the cases that are run, `default` when none fits; [] when nothing is. */
function takenCases(draft: Draft, site: Site, metBy: string[] | undefined): string[] {
  const { on, cases, match, default: otherwise } = site.step.branch!;
  const at = { site, ...(metBy && { metBy }) };
  const value = on && canonicalJson(evaluate(draft, on, at));
  const taken: string[] = [];
  for (const candidate of cases) {
    if (!fits(draft, candidate, value, at)) continue;
    taken.push(candidate.id);
    if (match === 'first') break;
  }
  if (taken.length === 0 && otherwise !== undefined) taken.push('default');
  return taken;
}

/** Type and value must be equal: 1, "1", true and null are four different cases; 1 and 1.0 are one. */
function fits(draft: Draft, candidate: BranchCase, value: string | undefined, at: { site: Site; metBy?: string[] }): boolean {
  if (candidate.if) return isTrue(evaluate(draft, candidate.if, at), `if of case ${candidate.id}`);
  const is = candidate.is ? evaluate(draft, candidate.is, at) : null;
  const values = candidate.isList ? listOf(is, `is of case ${candidate.id}`) : [is];
  return values.some((one) => canonicalJson(one) === value);
}
