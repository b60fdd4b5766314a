import type { IncidentGroup } from '@contracts/rest/incidents';
import { incidentOffers } from './incident-acts';
import { actWords, confirmation, targetText } from './incident-dialog-words';
import { deathsOf, editOf, headerRows, messageOf } from './incident-facts';
import { countFilters, parseFilters, parseStatus, toActFilter, toQuery } from './incident-filters';
import { groupKey, placeOf, reasonText, wordsOf } from './incident-words';

const id = '0199a3f2-51c8-7d10-8000-0000000042ab';
const raw = (text: string | null, base64: string | null = null) => ({ raw: { text, base64, bytes: 1 } });

describe('filters of the address', () => {
  it('are taken as they are, but for what makes no sense', () => {
    const filters = parseFilters({ kind: 'lostStep', instance: id, reason: ' lost ', code: undefined });
    expect(filters).toEqual({ kind: 'lostStep', instance: id, reason: 'lost', code: '', path: '', definition: '' });
    expect(countFilters(filters)).toBe(3);
    expect(countFilters(parseFilters({ kind: 'boredom', instance: 'x' }))).toBe(0);
  });
  it.each([
    [undefined, 'open'],
    ['nonsense', 'open'],
    ['discarded', 'discarded'],
    ['all', 'all'],
  ])('the status %s is %s', (text, status) => expect(parseStatus(text)).toBe(status));
  it('ask for a status, or for all of them', () => {
    expect(toQuery(parseFilters({}), 'redriven')).toMatchObject({ status: 'redriven' });
    expect(toQuery(parseFilters({}), 'all')).not.toHaveProperty('status');
  });
  it('are what an act takes; none would mean everything, and is no filter', () => {
    expect(toActFilter(parseFilters({ kind: 'unreadable', code: 'BODY_INVALID' }))).toEqual({
      kind: ['unreadable'],
      code: 'BODY_INVALID',
    });
    expect(toActFilter(parseFilters({}))).toBeUndefined();
  });
});

describe('a group', () => {
  const group = { kind: 'undecidable', code: 'E', step: 'ship/*/pack', definition: 'a.b', count: 3 } as IncidentGroup;
  it('is known by what is alike in it', () =>
    expect(groupKey(group)).toEqual({ kind: 'undecidable', code: 'E', step: 'ship/*/pack', definition: 'a.b' }));
  it('says where it is, as far as that is known', () => {
    expect(placeOf(group)).toBe('a.b · ship/*/pack');
    expect(placeOf({ definition: null, step: null })).toBe('');
  });
  it('of a kind from the future is called as it is', () => expect(wordsOf('brandNew').word).toBe('brandNew'));
  it.each([
    ['E: it fell', 'E', 'it fell'],
    ['it fell', 'E', 'it fell'],
    ['E: it fell', null, 'E: it fell'],
  ])('"%s" with the code %s reads "%s"', (reason, code, text) => expect(reasonText({ reason, code })).toBe(text));
});

describe('a message', () => {
  it('is shown as JSON, as text, or as Base64', () => {
    expect(messageOf(raw('{"a": 1}'))).toEqual({ json: { a: 1 } });
    expect(messageOf(raw('{"a": '))).toEqual({ text: '{"a": ', isBinary: false });
    expect(messageOf(raw(null, '/w=='))).toEqual({ text: '/w==', isBinary: true });
    expect(messageOf({ raw: null })).toBeUndefined();
  });
  it('is edited from what it was, unless that is no text', () => {
    expect(editOf(raw('{"a":1}'))).toBe('{\n  "a": 1\n}');
    expect(editOf(raw('{"a": '))).toBe('{"a": ');
    expect(editOf(raw(null, '/w=='))).toBe('');
  });
  it('tells where it has died, whatever a stranger has put there', () => {
    const death = { queue: 'in', reason: 'expired', exchange: 'x', 'routing-keys': ['k'], count: 3 };
    expect(deathsOf({ 'x-death': [death, null, 7, {}] } as never)).toEqual([
      { queue: 'in', reason: 'expired', from: 'x · k', count: 3 },
      { queue: '', reason: '', from: '', count: 1 },
    ]);
    expect(deathsOf({ 'x-death': 'often' })).toEqual([]);
    expect(deathsOf(null)).toEqual([]);
  });
  it('lists its other headers as text', () =>
    expect(headerRows({ a: 'b', c: { d: 1 }, 'x-death': [] })).toEqual([
      { name: 'a', text: 'b' },
      { name: 'c', text: '{"d":1}' },
    ]));
});

describe('what can be done', () => {
  it('is not to redrive where there is nothing to do again', () => {
    const [redrive, ...others] = incidentOffers(null, false);
    expect(redrive?.whyNot).toContain('nothing to do again');
    expect(others.map(({ act, whyNot }) => [act, whyNot])).toEqual([
      ['resolve', undefined],
      ['discard', undefined],
    ]);
  });
  it('is a decision about a lost step', () => {
    expect(incidentOffers('step', false)[0]).toMatchObject({ word: 'Decide…', whyNot: undefined });
    expect(actWords({ act: 'redrive', redrive: 'step', target: { ids: [id] }, isEditable: true }).confirm).toBe('Decide');
  });
  it('is nothing while the server is away', () =>
    expect(incidentOffers('message', true).every(({ whyNot }) => whyNot !== undefined)).toBe(true));
  it('is confirmed by the number of many', () => expect([confirmation(100), confirmation(101)]).toEqual([undefined, '101']));
  it.each([
    [{ ids: [id] }, 'this incident'],
    [{ ids: [id, id] }, 'these 2'],
    [{ group: { kind: 'lostStep' as const, code: null, step: null, definition: null } }, 'this group: Lost step'],
    [{ filter: { code: 'E' } }, 'all that match'],
  ])('means %j: %s', (target, text) => expect(targetText(target)).toBe(text));
});
