import type { AuditEvent } from '../../model/audit-event.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { VirtualShell } from '../virtual-shell.js';
import { type Invariants, isOf, type Watch } from './invariant.js';

/** A retry opens steps that wait for failed children: these are told to go on, but for the one whose own retry it is. */
function watchRetries({ sent, id }: VirtualShell): Watch {
  const forgotten: string[] = [];
  let wasOpen = new Set<string>();
  const isTold = (child: string, { seq }: AuditEvent): boolean =>
    sent.some(
      ({ to, id: row, message }) =>
        'instance' in to && to.instance === child && row === `${id}:${seq}` && message.type === 'retry',
    );
  const before = (event: AuditEvent, state: InstanceState): void => {
    if (isOf(event, 'instanceRetried')) wasOpen = new Set(state.open.keys());
  };
  const after = (event: AuditEvent, state: InstanceState): void => {
    if (!isOf(event, 'instanceRetried')) return;
    const { path: focus, parentReopened } = event.data;
    for (const path of state.open.keys()) {
      const { wait } = state.step(path);
      if (wait?.kind !== 'child' || wasOpen.has(path) || (parentReopened && path === focus)) continue;
      if (!isTold(wait.startedId ?? wait.childId, event)) forgotten.push(`${event.seq} ${path}`);
    }
  };
  return { before, after, findings: () => forgotten };
}

export const ofChildren: Invariants = {
  'lets the failed children go on of what is retried': watchRetries,

  'waits again for a child that goes on, when it failed with it': ({ told }) =>
    told.filter(({ message, decision }) => {
      if (message.type !== 'childReopened' || !decision.accepted) return false;
      const [first] = decision.events;
      return first === undefined || !isOf(first, 'instanceRetried') || first.data.path !== message.path;
    }),
};
