import { apply } from '../apply/apply.js';
import { wantsUndo } from '../decide/undo/undo-instance.js';
import type { AuditEvent, AuditEventOf } from '../model/audit-event.js';
import type { InboxMessage, Send, StartChild } from '../model/message.js';
import type { Plan } from '../model/plan.js';
import type { InstanceState } from '../state/instance-state.js';
import type { StepState } from '../state/step-state.js';
import { siteAt } from '../state/site.js';
import { tellParent } from './child-answers.js';
import { tellLimit } from './limit-sends.js';
import { lockAddress } from './lock-address.js';
import { tellsOthers } from './tells-others.js';

/**
 * What an instance tells others because of audit events: its children, its parent, the actor of a lock's key. Written as inbox rows in the
 * transaction of these events. The id of a row is made of the sender and the seq of the event, so that repeats do no harm.
 * @param before the state the events follow: what a step waited for is forgotten when it ends
 */
export function sends(plan: Plan, before: InstanceState, events: readonly AuditEvent[]): Send[] {
  if (before.parent === undefined && !tellsOthers(plan) && !events.some(startsAsChild)) return [];
  const state = before.fork();
  const found: Send[] = [];
  for (const event of events) {
    const own = event.path === undefined ? undefined : state.step(event.path);
    const { asked, slot } = state;
    const wasOpen = event.type === 'instanceRetried' ? new Set(state.open.keys()) : undefined;
    apply(plan, state, event);
    const tell = (instance: string, message: InboxMessage | StartChild): void => {
      found.push({ to: { instance }, id: `${state.id}:${event.seq}`, message });
    };
    if (event.type === 'instanceRetried') retryChildren(state, event, wasOpen!, tell);
    tellLimit(found, plan, state, { asked, slot }, event);
    if (event.path === undefined || event.type === 'instanceRetried') tellParent(state, event, tell);
    else if (own?.wait?.kind === 'lock' || event.type === 'lockRequested') tellLock(found, state, own!, event);
    else tellChild(plan, state, own!, event, tell);
  }
  return found;
}

export type Tell = (instance: string, message: InboxMessage | StartChild) => void;

const startsAsChild = (event: AuditEvent): boolean => event.type === 'instanceStarted' && event.data.parent !== undefined;

const isEnd = ({ type }: AuditEvent): boolean =>
  type === 'stepCompleted' || type === 'stepFailed' || type === 'stepCancelled' || type === 'stepSkipped';

/** The key is given back (or no longer asked for) with every end of the step; one that only shares a lock around it has no token. */
function tellLock(found: Send[], state: InstanceState, own: StepState, event: AuditEvent): void {
  const path = event.path!;
  const id = `${state.id}:${event.seq}`;
  const instance = state.id;
  if (event.type === 'lockRequested') {
    const { key, limit } = event.data;
    found.push({ to: { lock: lockAddress(key) }, id, message: { type: 'lockRequest', instance, path, token: event.seq, limit } });
  } else if (own.wait?.kind === 'lock' && own.token !== undefined && isEnd(event))
    found.push({
      to: { lock: lockAddress(own.wait.key) },
      id,
      message: { type: 'lockRelease', instance, path, token: own.token },
    });
}

function tellChild(plan: Plan, state: InstanceState, own: StepState, event: AuditEvent, tell: Tell): void {
  const { wait, status } = own;
  if (event.type === 'childRequested') return tell(event.data.childId, startChild(state, event));
  if (event.type === 'childCompensating')
    return tell(event.data.childId, { type: 'compensate', parent: parentRef(state, event.path!, own.token ?? 0) });
  if (status !== 'waiting' || wait?.kind !== 'child' || !isLeft(event)) return;
  if (wait.attached || wait.onParentClose === 'abandon' || siteAt(plan, event.path!)!.step.workflow!.detached) return;
  tell(wait.childId, cancelMessage(plan, state));
}

/** Does the parent stop waiting though the child has not answered? */
function isLeft(event: AuditEvent): boolean {
  switch (event.type) {
    case 'stepCancelling':
    case 'stepCancelled':
    case 'stepSkipped':
      return true;
    case 'stepFailed':
      return event.data.abort === 'timeout' || event.data.failure.code === 'TIMED_OUT';
    case 'stepCompleted':
      return event.data.because === 'hand';
    default:
      return false;
  }
}

/** What a parent that undoes itself stops in the middle is undone too; otherwise the child's own definition says. */
function cancelMessage(plan: Plan, { id, closing }: InstanceState): InboxMessage {
  const reason = closing?.reason ?? `stopped by its parent ${id}`;
  if (closing === undefined) return { type: 'cancel', reason };
  const compensate = closing.compensate ?? (wantsUndo(plan, closing) || undefined);
  return {
    type: 'cancel',
    reason,
    ...(closing.by !== undefined && { by: closing.by }),
    ...(compensate !== undefined && { compensate }),
  };
}

function startChild(state: InstanceState, { data, path, seq }: AuditEventOf<'childRequested'>): StartChild {
  const { workflow, version, input, key, queue, priority, depth, onParentClose, detached } = data;
  return {
    type: 'startChild',
    workflow,
    input,
    parent: { ...parentRef(state, path!, seq), depth, onParentClose, ...(detached && { detached }) },
    ...(version !== undefined && { version }),
    ...(key !== undefined && { key }),
    ...(queue !== undefined && { queue }),
    ...(priority !== undefined && { priority }),
  };
}

const parentRef = (state: InstanceState, path: string, token: number) => ({
  instance: state.id,
  path,
  token,
  depth: (state.parent?.depth ?? 0) + 1,
  onParentClose: 'cancel' as const,
});

/** Failed children go on as the same children; the one whose own retry caused this does so already. */
function retryChildren(
  state: InstanceState,
  { data }: AuditEventOf<'instanceRetried'>,
  wasOpen: ReadonlySet<string>,
  tell: Tell,
): void {
  for (const path of state.open.keys()) {
    const { wait } = state.step(path);
    if (wait?.kind !== 'child' || wasOpen.has(path) || (data.parentReopened && path === data.path)) continue;
    const { by, reason } = data;
    tell(wait.startedId ?? wait.childId, {
      type: 'retry',
      ...(by !== undefined && { by }),
      ...(reason !== undefined && { reason }),
      parent: parentRef(state, path, state.step(path).token ?? 0),
    });
  }
}
