import { siteAt, type AuditEvent } from '#libs/engine';
import type { AskRow, BatchCommit } from '#libs/persistence';
import type { CachedInstance } from './instance-cache.js';

export type AskRows = Required<Pick<BatchCommit, 'asks' | 'asksGone'>>;

/**
 * The asks that were opened, changed or closed by what was just decided: each is read from the state it led to, so the list cannot drift
 * away from the log.
 * @returns undefined when there were none, as nearly always
 */
export function askRows(instance: CachedInstance, events: readonly AuditEvent[]): AskRows | undefined {
  const touched = touchedBy(instance, events);
  if (touched === undefined) return undefined;
  const asks: AskRow[] = [];
  const asksGone: { instanceId: AskRow['instanceId']; path: string }[] = [];
  for (const [path, openedAt] of touched) {
    const row = openAsk(instance, path, openedAt);
    if (row === undefined) asksGone.push({ instanceId: instance.state.id, path });
    else asks.push(row);
  }
  return { asks, asksGone };
}

/** Asks by path, with the time of what changed them first. */
function touchedBy(instance: CachedInstance, events: readonly AuditEvent[]): Map<string, number> | undefined {
  let touched: Map<string, number> | undefined;
  for (const event of events) {
    for (const path of asksOf(instance, event)) (touched ??= new Map()).set(path, touched.get(path) ?? event.at);
  }
  return touched;
}

const none: readonly string[] = [];

/** Paths of the asks an event may have changed. */
function asksOf({ plan, state }: CachedInstance, { type, path }: AuditEvent): Iterable<string> {
  switch (type) {
    case 'askOpened':
    case 'askClaimed':
    case 'askReassigned':
      return [path!];
    case 'stepCompleted':
    case 'stepFailed':
    case 'stepSkipped':
    case 'stepCancelled':
      return siteAt(plan, path!)?.step.type === 'ask' ? [path!] : none;
    case 'instanceResumed':
      return state.asks.keys(); // their time-outs have moved
    default:
      return none;
  }
}

function openAsk({ state, head }: CachedInstance, path: string, openedAt: number): AskRow | undefined {
  const { status, wait, timeoutAt } = state.step(path);
  if (status !== 'waiting' || wait?.kind !== 'ask') return undefined;
  const { kind, prompt, choices, form, dueAt } = wait.ask;
  return {
    instanceId: state.id,
    path,
    tenant: head.tenant,
    definition: head.definition,
    name: wait.name,
    kind,
    prompt: prompt ?? null,
    choices: choices ?? null,
    form: form ?? null,
    assignees: wait.assignees,
    claimedBy: wait.claimedBy ?? null,
    dueAt: dueAt ?? null,
    timeoutAt: timeoutAt ?? null,
    openedAt,
  };
}
