import type { AuditEvent } from '../model/audit-event.js';
import { isEnded } from '../model/lifecycle.js';
import type { LockMessage, Send } from '../model/message.js';
import type { Plan } from '../model/plan.js';
import type { InstanceState, LimitAsk } from '../state/instance-state.js';
import { limitAddress } from './lock-address.js';

/**
 * What an instance tells the limits of its definition. What it holds, or still asks for, is given back with its end; the permit of a rate is
 * not: it comes back when its window has passed.
 * @param held before the event
 */
export function tellLimit(
  found: Send[],
  plan: Plan,
  state: InstanceState,
  held: Pick<InstanceState, 'asked' | 'slot'>,
  event: AuditEvent,
): void {
  const { definition, id: instance, priority = plan.priority } = state;
  const tell = ({ kind, key }: Pick<LimitAsk, 'kind' | 'key'>, message: LockMessage): void => {
    found.push({ to: { lock: limitAddress(kind, definition, key) }, id: `${instance}:${event.seq}`, message });
  };
  if (event.type === 'limitRequested') {
    const { kind, limit, onLimit } = event.data;
    const request = { type: 'lockRequest', instance, path: '', token: event.seq, limit, limitKind: kind, priority } as const;
    tell(event.data, { ...request, ...(onLimit && { onLimit }) });
  } else if (event.type === 'limitGranted') {
    const { token, windowMs } = held.asked!;
    if (windowMs !== undefined) tell(held.asked!, { type: 'permitUsed', instance, path: '', token, windowMs });
  } else if (event.path === undefined && isEnded(state.status)) {
    for (const limit of [held.asked, held.slot])
      if (limit !== undefined) tell(limit, { type: 'lockRelease', instance, path: '', token: limit.token });
  }
}
