import type { RunningStep } from '@contracts/live/protocol';
import { emptyInstanceView, type InstanceView, type ScopeView, type StepView } from '@engine/view/instance-view';
import { outlineOf, type OutlineStep } from '../../outline/outline';
import type { OpenReason } from '../reasons';
import type { FactSources } from '../step-facts';

/** What tests of the instance page's pure functions start from. */
export const viewed = (path: string, status: StepView['status'], more: Partial<StepView> = {}): StepView => ({
  path,
  status,
  attempt: 1,
  attempts: [],
  ...more,
});
export const scopeOf = (more: Partial<ScopeView>): ScopeView => ({ open: 0, ended: 0, failed: 0, cancelled: 0, ...more });

/** Tasks, one after the other. */
export const tasks = (...ids: string[]): OutlineStep[] => outlineOf({ steps: ids.map((id) => ({ id, task: 'echo' })) });

export function factSources(
  outline: readonly OutlineStep[],
  steps: readonly StepView[],
  scopes: Readonly<Record<string, Partial<ScopeView>>> = {},
  more: { running?: readonly RunningStep[]; reasons?: readonly OpenReason[]; view?: Partial<InstanceView> } = {},
): FactSources {
  const view: InstanceView = {
    ...emptyInstanceView,
    seq: 9,
    status: 'running',
    steps: new Map(steps.map((step) => [step.path, step])),
    scopes: new Map(Object.entries(scopes).map(([path, scope]) => [path, scopeOf(scope)])),
    ...more.view,
  };
  return {
    outline,
    view,
    running: new Map((more.running ?? []).map((step) => [step.path, step])),
    reasons: new Map((more.reasons ?? []).map((reason) => [reason.path, reason])),
    summaries: new Map(),
  };
}
