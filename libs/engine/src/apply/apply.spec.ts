import { compile } from '../compile/compile.js';
import type { AuditEvent } from '../model/audit-event.js';
import type { InstanceId } from '../model/instance-id.js';
import { newState } from '../state/instance-state.js';
import { apply } from './apply.js';

const plan = compile({ name: 'order', version: '1.0.0', steps: [{ id: 'a', task: 'work' }] }).plan!;
const event = (changes: object): AuditEvent =>
  ({ seq: 1, generation: 1, type: 'instanceStarted', data: {}, at: 1, ...changes }) as AuditEvent;

describe('apply', () => {
  it('refuses an event that does not follow', () => {
    expect(() => apply(plan, newState('i' as InstanceId), event({ seq: 2 }))).toThrow(/expected event 1 of i, but was 2/);
  });

  it.each([
    ['of an instance', {}],
    ['of a step', { path: 'a' }],
  ])('refuses an event %s that a newer version wrote, rather than skipping it', (_what, changes) => {
    expect(() => apply(plan, newState('i' as InstanceId), event({ type: 'somethingNew', ...changes }))).toThrow(RangeError);
  });

  it('refuses an event of a step the definition does not have', () => {
    expect(() => apply(plan, newState('i' as InstanceId), event({ type: 'stepBlocked', path: 'b' }))).toThrow(
      /expected a step of order@1.0.0/,
    );
  });
});
