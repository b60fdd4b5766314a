import type { AuditEventData, UndoPlan } from '../../model/audit-event.js';
import type { Json } from '../../model/json.js';
import type { Message, RejectionReason } from '../../model/message.js';
import type { WaitState } from '../../state/wait-state.js';
import { type Site, siteAt } from '../../state/site.js';
import { completeStep } from '../complete-step.js';
import type { Draft } from '../draft.js';
import { failAttempt } from '../end-attempt.js';
import { decideChildCompensated, decideCompensate } from '../undo/undo-instance.js';
import { lateUndoPlanOf } from '../undo/undo-plan.js';
import { childFailure } from './child-failure.js';
import { decideChildReopened } from './reopen.js';

type Of<T extends Message['type']> = Extract<Message, { type: T }>;
type ChildMessage = Of<'childStarted' | 'childRefused' | 'childEnded' | 'childReopened' | 'compensate' | 'childCompensated'>;

/** What children tell their parent, and a parent its child. */
export function decideChildMessage(draft: Draft, message: ChildMessage): RejectionReason | undefined {
  switch (message.type) {
    case 'childStarted':
      return decideChildStarted(draft, message);
    case 'childRefused':
      return decideChildRefused(draft, message);
    case 'childEnded':
      return decideChildEnded(draft, message);
    case 'childReopened':
      return decideChildReopened(draft, message);
    case 'compensate':
      return decideCompensate(draft, message);
    case 'childCompensated':
      return decideChildCompensated(draft, message);
  }
}

function decideChildStarted(
  draft: Draft,
  { path, token, id, version, attached }: Of<'childStarted'>,
): RejectionReason | undefined {
  const open = openChild(draft, path);
  if (typeof open === 'string') return open;
  const { site, wait, isCancelling } = open;
  if (open.token !== token) return 'staleAttempt';
  if (wait.startedId !== undefined) return 'notOpen';
  join(draft, path, open, { id, version, ...(attached && { attached }) });
  if (!isCancelling && site.step.workflow!.detached) completeStep(draft, site, { id }, { token });
  return undefined;
}

function decideChildRefused(draft: Draft, { path, token, failure }: Of<'childRefused'>): RejectionReason | undefined {
  const open = openChild(draft, path);
  if (typeof open === 'string') return open;
  if (open.token !== token) return 'staleAttempt';
  if (open.isCancelling) draft.emit('stepCancelled', { token, outcome: 'failed' }, path, open.attempt);
  else failAttempt(draft, open.site, failure);
  return undefined;
}

/** Known by its id, not by the token: a child that was re-opened still names the request it was started by. */
function decideChildEnded(draft: Draft, message: Of<'childEnded'>): RejectionReason | undefined {
  const { path, id, status, output = null, canUndo } = message;
  const isJoined = joinEnded(draft, message);
  const open = openChild(draft, path);
  if (typeof open === 'string') return isJoined ? undefined : open;
  const { site, attempt, token, wait, isCancelling } = open;
  if (id !== (wait.startedId ?? wait.childId)) return 'staleAttempt';
  const own: UndoPlan | undefined = canUndo && !wait.attached && site.step.undo === undefined ? { childId: id } : undefined;
  if (status === 'completed') {
    if (isCancelling) cancelCompleted(draft, site, output, own, { token, attempt });
    else completeStep(draft, site, output, { token, undo: own });
  } else if (isCancelling) draft.emit('stepCancelled', { token, outcome: 'failed' }, path, attempt);
  else
    failAttempt(
      draft,
      site,
      childFailure({ id, workflow: wait.workflow, status, error: message.error, isKeyed: wait.key !== undefined }),
    );
  return undefined;
}

/** The end of an instance that was joined by its key may be heard of before its start is; that it was joined is recorded now. */
function joinEnded(draft: Draft, { path, token, id }: Of<'childEnded'>): boolean {
  const open = openChild(draft, path);
  if (typeof open === 'string' || open.token !== token || open.wait.key === undefined) return false;
  const { startedId, childId } = open.wait;
  if (startedId !== undefined || id === childId) return false;
  join(draft, path, open, { id, attached: true });
  return true;
}

function join(
  draft: Draft,
  path: string,
  { attempt, token, isCancelling }: OpenChild,
  started: AuditEventData['childStarted'],
): void {
  draft.emit('childStarted', started, path, attempt);
  if (isCancelling && started.attached) draft.emit('stepCancelled', { token }, path, attempt);
}

/** It came through while it was being cancelled: that counts for compensation only. */
function cancelCompleted(
  draft: Draft,
  site: Site,
  output: Json,
  own: UndoPlan | undefined,
  { token, attempt }: { token: number; attempt: number },
): void {
  const undo = own ?? lateUndoPlanOf(draft, site, output);
  draft.emit('stepCancelled', { token, outcome: 'completed', output, undo }, site.path, attempt);
}

interface OpenChild {
  readonly site: Site;
  readonly attempt: number;
  readonly token: number;
  readonly wait: Extract<WaitState, { kind: 'child' }>;
  readonly isCancelling: boolean;
}

function openChild(draft: Draft, path: string): OpenChild | RejectionReason {
  const site = siteAt(draft.plan, path);
  if (site?.step.type !== 'workflow') return 'unknownStep';
  const { status, attempt, token, wait } = draft.state.step(path);
  if ((status !== 'waiting' && status !== 'cancelling') || wait?.kind !== 'child') return attempt > 0 ? 'notOpen' : 'unknownStep';
  return { site, attempt, token: token!, wait, isCancelling: status === 'cancelling' };
}
