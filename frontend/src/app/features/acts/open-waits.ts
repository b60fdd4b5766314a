import type { InstanceView, StepView } from '@engine/view/instance-view';
import type { AskFacts } from '../asks/ask-facts';

/** Asks shown of one instance; all of them are on the page of asks. */
const mostAsks = 5;
const mostNames = 20;

/** Names of events its steps wait for and that have not come, each once. */
export function awaitedNames(view: InstanceView): string[] {
  const names = new Set<string>();
  if (view.openSteps === 0) return [];
  for (const { status, wait } of view.steps.values()) {
    if (status !== 'waiting' || wait?.kind !== 'event') continue;
    for (const name of wait.names) if (!wait.taken.includes(name)) names.add(name);
    if (names.size >= mostNames) break;
  }
  return [...names];
}

/** What it asks people now, as far as shown. */
export function openAsks(view: InstanceView, instance: string, definition: string): AskFacts[] {
  const found: AskFacts[] = [];
  if (view.openSteps === 0) return found;
  for (const step of view.steps.values()) {
    const ask = askOf(step, instance, definition);
    if (ask !== undefined) found.push(ask);
    if (found.length === mostAsks) break;
  }
  return found;
}

/** What a step asks people now. */
export function askOf(step: StepView | undefined, instance: string, definition: string): AskFacts | undefined {
  if (step?.status !== 'waiting' || step.wait?.kind !== 'ask') return undefined;
  const { path, wait, scheduledAt } = step;
  const { name, kind, prompt, choices, form, dueAt, timeoutAt } = wait.ask;
  return {
    ...{ instance, definition, path, name, kind, prompt: prompt ?? null, choices: choices ?? null, form: form ?? null },
    ...{ assignees: wait.assignees, claimedBy: wait.claimedBy ?? null },
    ...{ dueAt, timeoutAt, openedAt: scheduledAt },
  };
}
