import type { GraphStep } from '#libs/contracts';
import type { Plan } from '#libs/engine';

/** The steps of a plan for those who draw it. */
export function graphOf(plan: Plan): GraphStep[] {
  const { steps } = plan.scope;
  return steps.map((step) => ({
    id: step.id,
    type: step.type,
    title: step.title ?? null,
    task: typeof step.task?.source === 'string' ? step.task.source : null,
    needs: step.needs.map((index) => steps[index]?.id ?? String(index)),
    runOn: step.runOn,
    join: step.joinKind,
    required: step.required,
    maxAttempts: step.retry.maxAttempts,
  }));
}
