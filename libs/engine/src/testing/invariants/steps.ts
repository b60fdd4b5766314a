import { idempotencyKey } from '../../effects/idempotency-key.js';
import { isStepEnd, isStepStart } from '../../judge/log-rule.js';
import type { AuditEvent } from '../../model/audit-event.js';
import type { InstanceState } from '../../state/instance-state.js';
import { isUndoPath } from '../../state/undo-run.js';
import { type Findings, type Invariants, isOf, twice } from './invariant.js';

function begunWhilePaused(history: readonly AuditEvent[]): Findings {
  let isPaused = false;
  return history.filter((event) => {
    if (isOf(event, 'instancePaused')) isPaused = true;
    if (isOf(event, 'instanceResumed', 'instanceClosing')) isPaused = false;
    return isPaused && (isStepStart(event) || isOf(event, 'stepsDispatched', 'scopesOpened'));
  });
}

export const ofSteps: Invariants = {
  'gives each command an identity of its own': () => {
    const identities: string[] = [];
    const after = (event: AuditEvent, state: InstanceState): void => {
      if (isOf(event, 'stepScheduled') && !isUndoPath(event.path!))
        identities.push(`${idempotencyKey(state, event.path!)}#${event.attempt}`);
    };
    return { after, findings: () => twice(identities) };
  },

  'sends no command that the log does not hold': ({ commands, history }) => {
    const scheduled = new Set(history.filter(({ type }) => type === 'stepScheduled').map(({ seq, path }) => `${seq}:${path}`));
    return commands.filter(({ token, path }) => !scheduled.has(`${token}:${path}`));
  },

  'begins nothing while it is paused': ({ history }) => begunWhilePaused(history),

  'leaves nothing open in a block that has ended': () => {
    const left: string[] = [];
    const after = (event: AuditEvent, state: InstanceState): void => {
      if (!isStepEnd(event)) return;
      for (const path of state.open.keys()) if (path.startsWith(`${event.path}/`)) left.push(path);
    };
    return { after, findings: () => left };
  },
};
