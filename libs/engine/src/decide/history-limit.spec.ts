import { apply } from '../apply/apply.js';
import { compile } from '../compile/compile.js';
import type { InstanceId } from '../model/instance-id.js';
import type { AuditEvent } from '../model/audit-event.js';
import type { DecisionContext, Message } from '../model/message.js';
import { newState } from '../state/instance-state.js';
import { fromSnapshot, toSnapshot } from '../state/snapshot.js';
import { decide } from './decide.js';

const spec = {
  name: 'wild',
  version: '1.0.0',
  steps: [
    { id: 'loop', type: 'repeat', while: '${true}', steps: [{ id: 'a', type: 'set', values: { n: 1 } }] },
    { id: 'after', task: 'work' },
  ],
};
const plan = compile(spec).plan!;

describe('a generation that is too long', () => {
  it('ends as failed, however its state was kept', () => {
    let state = newState('01890000-0000-7000-8000-000000000001' as InstanceId);
    const context: DecisionContext = {
      nowMs: 1, draw: () => 0.5, admit: () => 1, isServed: () => true, newId: () => '', runningOn: () => undefined, eventsAtMost: 2_000,
    }; // prettier-ignore
    const events: AuditEvent[] = [];
    const tell = (message: Message): void => {
      const decision = decide(plan, state, message, context);
      if (!decision.accepted) throw new Error(decision.reason);
      for (const event of decision.events) apply(plan, state, event);
      events.push(...decision.events);
    };
    tell({ type: 'start', input: {}, checksum: 'c' });
    while (state.endedAt === undefined) {
      state = fromSnapshot(plan, state.id, toSnapshot(state));
      tell({ type: 'wake' });
    }
    expect(state).toMatchObject({ status: 'failed', error: { code: 'HISTORY_TOO_LONG' } });
    expect(events.findIndex((event) => event.type === 'instanceClosing')).toBe(2_001);
    expect(events.length).toBeLessThan(2_020);
  });
});
