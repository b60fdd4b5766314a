import { instanceLifecycle } from '../model/lifecycle.js';
import { lifecycleContent, lifecycleKinds, type LifecycleEvent } from './lifecycle.js';

const told = { id: 'i-1', definition: 'order.process', version: '1.2.0', key: 'o-1' };
const at = Date.UTC(2026, 0, 2, 3, 4, 5);
const base = { seq: 7, generation: 1, at };
const about = (event: object) => lifecycleContent(told, { ...base, ...event } as LifecycleEvent);

describe('lifecycleContent', () => {
  it('says which instance, which event, and when', () => {
    expect(about({ type: 'instanceCompleted', data: { output: 'not told here' } })).toEqual({
      ...told,
      seq: 7,
      event: 'completed',
      severity: 'info',
      status: 'completed',
      generation: 1,
      at: '2026-01-02T03:04:05.000Z',
    });
  });

  it('says why an instance ended badly', () => {
    const error = { code: 'CARD_DECLINED', message: 'no', path: 'charge' };
    expect(about({ type: 'instanceFailed', data: { error } })).toMatchObject({ severity: 'error', status: 'failed', error });
    const failures = [{ path: 'charge', code: 'X', message: 'y' }];
    expect(about({ type: 'instanceCompensationFailed', data: { failures } })).toMatchObject({
      status: 'compensation_failed',
      error: null,
      failures,
    });
  });

  it('says who acted, and never what an instance was started with', () => {
    expect(about({ type: 'instancePaused', data: { by: 'ada', reason: 'closed' } })).toMatchObject({
      by: 'ada',
      reason: 'closed',
    });
    const started = about({ type: 'instanceStarted', data: { definition: 'd', version: '1', checksum: 'c', input: { pin: 1 } } });
    expect(JSON.stringify(started)).not.toContain('pin');
  });

  it('says who is asked for what, and leaves the status as it is', () => {
    const data = { name: 'approve', kind: 'approval', prompt: 'Ok?', assignees: ['ada'], dueAt: at };
    const content = about({ type: 'askOpened', path: 'decide/approve', data });
    expect(content).not.toHaveProperty('status');
    expect(content['ask']).toEqual({
      path: 'decide/approve',
      name: 'approve',
      kind: 'approval',
      prompt: 'Ok?',
      assignees: ['ada'],
      dueAt: '2026-01-02T03:04:05.000Z',
    });
  });
});

describe('lifecycleKinds', () => {
  it('tells every end of an instance, each by a name of its own that fits a routing key', () => {
    const kinds: { name: string; status?: string }[] = Object.values(lifecycleKinds);
    const ends = Object.keys(instanceLifecycle).filter((status) => /ed$|_out$/.test(status) && status !== 'paused');
    expect(kinds.map(({ status }) => status)).toEqual(expect.arrayContaining(ends));
    expect(new Set(kinds.map(({ name }) => name)).size).toBe(kinds.length);
    expect(kinds.filter(({ name }) => !/^[a-z]+$/.test(name))).toEqual([]);
  });
});
