import type { ScopeDraft, StepDraft } from './draft.js';
import { topologicalOrder } from './graph.js';
import type { ProblemList } from './problem-list.js';

/** How a step can end, as far as the definition tells. */
interface Outlook {
  canRun: boolean;
  canEndOk: boolean;
  canEndBad: boolean;
}

/**
 * Warns of steps that can never run: after a step that always fails or ends the instance, on the failure of what cannot fail,
 * or with `when: false`. Assumes that there is no cycle.
 */
export function checkReachability({ graph }: ScopeDraft, problems: ProblemList): void {
  const outlooks: (Outlook | undefined)[] = [];
  for (const position of topologicalOrder(graph)) {
    const draft = graph.drafts[position] as StepDraft;
    const needs = (graph.needs[position] ?? []).map((need) => outlooks[need] as Outlook);
    const outlook = outlookOf(draft, needs, graph.required[position] ?? 0);
    outlooks[position] = outlook;
    // One warning at the root of the trouble is enough: what comes after it is unreachable for the same reason.
    if (!outlook.canRun && needs.every((need) => need.canRun)) {
      problems.warning(
        'UNREACHABLE_STEP',
        draft.path,
        `expected a step that can run, but "${draft.id}" never does: ${reasonOf(draft, needs)}`,
        'Remove it, or change its needs, runOn or when',
      );
    }
  }
}

function outlookOf(draft: StepDraft, needs: readonly Outlook[], required: number): Outlook {
  const { runOn, type, allowFailure } = draft.fixed;
  const canMeet = needs.filter((need) => need.canEndOk).length >= required;
  const canFail = needs.some((need) => need.canEndBad);
  const isStarted = runOn === 'success' ? canMeet : runOn === 'failure' ? canFail : true;
  const canRun = isStarted && !draft.isNever;
  const endsInstance = type === 'complete' || type === 'again';
  const alwaysFails = type === 'fail' && !allowFailure;
  // Skipped counts as OK: by `when`, or by runOn: failure when nothing failed.
  const canSkip = draft.fixed.when !== undefined ? isStarted : runOn === 'failure';
  return {
    canRun,
    canEndOk: canSkip || (canRun && !endsInstance && !alwaysFails),
    canEndBad: !allowFailure || (runOn === 'success' && canFail),
  };
}

function reasonOf(draft: StepDraft, needs: readonly Outlook[]): string {
  if (draft.isNever) return '"when" is false';
  if (draft.fixed.runOn === 'failure')
    return needs.length === 0 ? 'it needs no step that could fail' : 'none of its needs can fail';
  return 'too few of its needs can end well';
}
