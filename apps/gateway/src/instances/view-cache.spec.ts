import { type AuditEvent, emptyInstanceView, foldInstanceView, type InstanceId } from '#libs/engine';
import { withoutPayloads, withPayloads } from './payload-places.js';
import { ViewCache } from './view-cache.js';

const view = (seq: number) => ({ ...emptyInstanceView, seq });

describe('views that are kept', () => {
  it('are the most recently used, as many as weigh no more than allowed', () => {
    const cache = new ViewCache(100);
    for (const id of ['a', 'b', 'c']) cache.put(id, view(30));
    cache.put('a', cache.take('a')!);
    cache.put('d', view(40));
    expect(['a', 'b', 'c', 'd'].filter((id) => cache.take(id) !== undefined)).toEqual(['a', 'c', 'd']);
    cache.put('e', view(100));
    cache.put('e', view(100));
    expect(cache.take('e')).toMatchObject({ seq: 100 });
    cache.put('f', view(101));
    expect(cache.take('f')).toBeUndefined();
  });
});

describe('an outline', () => {
  const event = (seq: number, type: string, data: object): AuditEvent =>
    ({ seq, generation: 1, type, path: 'a', attempt: 1, data, at: seq }) as unknown as AuditEvent;
  const log = [
    event(1, 'stepScheduled', { task: 't', queue: 'q', priority: 0, input: { big: 1 }, incarnation: 1 }),
    event(2, 'stepProgressed', { token: 1, details: { row: 7 } }),
    event(3, 'stepCompleted', { token: 1, output: null, worker: 'w' }),
  ];

  it('folds as the whole does, and has its payloads given back', async () => {
    const whole = foldInstanceView(emptyInstanceView, log);
    const outline = foldInstanceView(emptyInstanceView, log.map(withoutPayloads));
    expect(JSON.stringify([...outline.steps])).not.toContain('big');
    const events = {
      eventsAt: (_: InstanceId, seqs: readonly number[]) => Promise.resolve(log.filter(({ seq }) => seqs.includes(seq))),
    };
    const [step, none] = await withPayloads(events, 'i' as InstanceId, [outline.steps.get('a'), undefined]);
    expect(step).toEqual(whole.steps.get('a'));
    expect(none).toBeUndefined();
  });
});
