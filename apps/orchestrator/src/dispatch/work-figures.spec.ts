import { newState, type AuditEvent, type InstanceId } from '#libs/engine';
import { WorkIndex } from './work-index.js';

describe('WorkIndex: figures for people', () => {
  it('counts a step that a worker has begun as sent until it ends, but not as waiting', () => {
    const work = new WorkIndex(() => 0);
    const state = newState('0199-a' as InstanceId);
    const note = (event: object): void => work.note(state, { path: 'pack', attempt: 1, at: 5, ...event } as AuditEvent);
    const figures = () => [work.waitingCount('default.pack'), work.lanes()[0]?.sent];

    note({ type: 'stepScheduled', seq: 2, data: { queue: 'default', task: 'pack', priority: 0, incarnation: 1 } });
    expect(figures()).toEqual([1, 1]);
    expect(work.begin(state.id, 2)).toBe(true);
    expect(figures()).toEqual([0, 1]);
    note({ type: 'stepCompleted', seq: 3, data: { token: 2, output: null } });
    expect(figures()).toEqual([0, 0]);
  });
});
