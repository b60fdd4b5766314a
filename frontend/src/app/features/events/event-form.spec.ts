import { emptyEventForm, eventByKey, eventFaults, eventToInstance, outcomeText } from './event-form';

const form = { ...emptyEventForm, name: ' paid ', key: ' o-1 ', payload: '{"cents": 5}', ttl: '2h' };

describe('an event as typed', () => {
  it('needs a name, by key also a key', () => {
    expect(eventFaults(emptyEventForm, false).map(({ field }) => field)).toEqual(['name']);
    expect(eventFaults(emptyEventForm, true).map(({ field }) => field)).toEqual(['name', 'key']);
  });
  it.each([
    ['30s', 0],
    ['P1D', 0],
    ['', 0],
    ['soon', 1],
  ])('the time it is kept, %j, has %d faults', (ttl, count) => expect(eventFaults({ ...form, ttl }, true)).toHaveLength(count));
  it('its payload must be JSON', () => expect(eventFaults({ ...form, payload: '{' }, true)[0]?.field).toBe('payload'));
  it('becomes the body of a request', () => {
    expect(eventByKey(form)).toEqual({ name: 'paid', key: 'o-1', payload: { cents: 5 }, ttl: '2h' });
    expect(eventToInstance({ ...emptyEventForm, name: 'paid', id: 'e-1' })).toEqual({ name: 'paid', id: 'e-1' });
  });
  it.each([
    ['matched', ['a'], /a step waited/],
    ['matched', ['a', 'b'], /2 instances/],
    ['kept', [], /nothing waits/],
    ['dropped', [], /does not fit/],
    ['stored', [], /in a moment/],
  ] as const)('%s by %j is said in words', (outcome, instances, words) =>
    expect(outcomeText({ id: 'e', outcome, instances: [...instances] })).toMatch(words),
  );
});
