import type { AuditEvent, ParentRef } from '../model/audit-event.js';
import { isEnded } from '../model/lifecycle.js';
import type { InboxMessage, Message, Send } from '../model/message.js';
import type { InstanceState } from '../state/instance-state.js';
import type { Tell } from './sends.js';

type ChildEnded = Extract<InboxMessage, { type: 'childEnded' }>;

/** What a child that has ended tells whoever waits for it: the step that started it, or one that joined it by its key. */
export function childEnded(state: InstanceState, { path, token }: Pick<ParentRef, 'path' | 'token'>): ChildEnded {
  const { id, status, output, error, undo } = state;
  return {
    type: 'childEnded',
    path,
    token,
    id,
    status: status as ChildEnded['status'],
    ...(status === 'completed' && { output }),
    ...(error !== undefined && { error }),
    ...(status === 'completed' && undo.size > 0 && { canUndo: true }),
  };
}

/** @param state after the event */
export function tellParent(state: InstanceState, event: AuditEvent, tell: Tell): void {
  const { parent, id } = state;
  if (parent === undefined || parent.detached) return;
  const { path, token } = parent;
  switch (event.type) {
    case 'instanceRetried':
      return tell(parent.instance, { type: 'childReopened', path, token, id });
    case 'instanceCompleted':
    case 'instanceFailed':
    case 'instanceTimedOut':
    case 'instanceCancelled':
      return tell(parent.instance, childEnded(state, parent));
    case 'instanceCompensated':
    case 'instanceCompensationFailed':
      if (state.undone?.cause.as !== 'completed') return tell(parent.instance, childEnded(state, parent));
      return tell(parent.instance, childCompensated(state, path));
    default:
      return;
  }
}

/** The parent had asked for it. */
function childCompensated({ id, undone }: InstanceState, path: string): InboxMessage {
  const failures = undone?.failures ?? [];
  return { type: 'childCompensated', path, id, ...(failures.length > 0 && { failures }) };
}

/**
 * A refused message that a parent waits for an answer to: it asked for something that had happened before. The shell sends the answer when
 * it records the refusal. Of a child that still runs the parent will hear.
 * @param messageId of the refused message
 */
export function answerToRefused(state: InstanceState, message: Message, messageId: string): Send[] {
  const parent = message.type === 'compensate' || message.type === 'retry' ? message.parent : undefined;
  if (parent === undefined || !isEnded(state.status)) return [];
  const answer = message.type === 'retry' ? childEnded(state, parent) : undoneBefore(state, parent.path);
  return [{ to: { instance: parent.instance }, id: `${state.id}:re:${messageId}`, message: answer }];
}

function undoneBefore(state: InstanceState, path: string): InboxMessage {
  if (state.status === 'compensated') return { type: 'childCompensated', path, id: state.id };
  if (state.status === 'compensation_failed') return childCompensated(state, path);
  const failure = { path, code: 'NOT_POSSIBLE', message: `expected a completed child, but it is ${state.status}` };
  return { type: 'childCompensated', path, id: state.id, failures: [failure] };
}
