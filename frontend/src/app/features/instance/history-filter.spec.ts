import type { AuditEvent } from '@engine/model/audit-event';
import { lookOf, stateLooks } from '../../ui/state';
import { eventDetail, eventState, eventWords, filterHistory } from './history-filter';

const event = (seq: number, type: string, data: object = {}, path?: string): AuditEvent =>
  ({ seq, generation: 1, type, data, at: 0, ...(path && { path }) }) as AuditEvent;
const log = [
  event(1, 'instanceStarted', { definition: 'order', version: '1.0.0' }),
  event(2, 'stepScheduled', { task: 'pay', queue: 'default' }, 'charge'),
  event(3, 'stepFailed', { failure: { code: 'CARD_DECLINED', message: 'no' } }, 'charge'),
  event(4, 'instanceFailed', { error: { code: 'CARD_DECLINED', message: 'no' } }),
];
const seqs = (events: readonly AuditEvent[]): number[] => events.map(({ seq }) => seq);

describe('filterHistory', () => {
  it('without a filter is the log itself', () => expect(filterHistory(log, 'all', ' ')).toBe(log));
  it.each([
    ['instance', [1, 4]],
    ['steps', [2, 3]],
    ['failures', [3, 4]],
  ] as const)('shows events of the kind %s', (kind, expected) => expect(seqs(filterHistory(log, kind, ''))).toEqual(expected));
  it('finds text in path and data', () => {
    expect(seqs(filterHistory(log, 'all', 'card_declined'))).toEqual([3, 4]);
    expect(seqs(filterHistory(log, 'steps', 'CHARGE'))).toEqual([2, 3]);
  });
});

describe('words of an event', () => {
  it('reads as a sentence', () => expect(eventWords('stepRetryScheduled')).toBe('Step retry scheduled'));
  it('says what matters', () =>
    expect(log.map(eventDetail)).toEqual(['order@1.0.0', 'pay → default', 'CARD_DECLINED: no', 'CARD_DECLINED: no']));

  it.each([
    ['eventAwaited', { names: ['paid', 'packed'], match: 'all' }, 'paid + packed'],
    ['askOpened', { name: 'ok', prompt: 'Ship it?' }, 'Ship it?'],
    ['lockRequested', { key: 'till-7', limit: 1 }, 'till-7'],
    ['instancePaused', { by: 'ada', reason: 'lunch' }, 'ada: lunch'],
    ['scopesOpened', { keys: ['0', '1', '2', '3', '4', '5'] }, '0, 1, 2, 3, 4, …'],
    ['timerStarted', { dueAt: 0 }, '1970-01-01T00:00:00.000Z'],
  ])('says of %s what it is about', (type, data, words) => {
    expect(eventDetail(event(1, type, data, 'a'))).toBe(words);
    expect(Object.keys(stateLooks)).toContain(eventState(type));
    expect(lookOf(eventState(type)).word).not.toBe('');
  });
});
