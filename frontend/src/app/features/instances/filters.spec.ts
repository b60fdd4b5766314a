import {
  countFilters,
  matchesFilters,
  noFilters,
  parseFilters,
  readSearch,
  toggled,
  toLiveFilter,
  toParams,
  toQuery,
} from './filters';
import type { InstanceRow } from './fold-instances';

describe('filters and the address', () => {
  const filters = { ...noFilters, status: ['failed', 'timed_out'], definition: ['order.fulfil'], since: '1h', key: 'o-1' };

  it('come back from it as they went in', () => expect(parseFilters(toParams(filters))).toEqual(filters));
  it('leave nothing behind when there are none', () =>
    expect(Object.values(toParams(noFilters)).every((value) => value === null)).toBe(true));
  it('forget a span or a time that makes no sense', () =>
    expect(parseFilters({ since: 'ages', from: 'yesterday' })).toEqual(noFilters));
  it('are counted one by one', () => expect(countFilters(filters)).toBe(4));
  it('become a query with the time worked out by the clock of the server', () => {
    const now = Date.UTC(2026, 10, 21, 9);
    expect(toQuery(filters, now)).toMatchObject({
      status: 'failed,timed_out',
      key: 'o-1',
      from: '2026-11-21T08:00:00.000Z',
      to: undefined,
    });
  });
  it('become what the live topic knows', () =>
    expect(toLiveFilter(filters)).toEqual({ status: ['failed', 'timed_out'], definition: ['order.fulfil'], key: 'o-1' }));
});

describe('matchesFilters', () => {
  const row = {
    id: '0199a3f2-x',
    definition: 'order',
    status: 'failed',
    key: 'o-1',
    createdAt: '2026-11-21T08:00:00.000Z',
  } as InstanceRow;
  it.each([
    [{}, true],
    [{ status: ['failed'] }, true],
    [{ status: ['running'] }, false],
    [{ definition: ['other'] }, false],
    [{ key: 'o-2' }, false],
    [{ id: '0199A3' }, true],
    [{ id: '0299' }, false],
    [{ to: '2026-11-21T07:00:00.000Z' }, false],
    [{ from: '2026-11-21T09:00:00.000Z' }, false],
  ])('%j: %s', (change, expected) => expect(matchesFilters({ ...noFilters, ...change }, row)).toBe(expected));
});

describe('readSearch', () => {
  it.each([
    ['0199a3f2', { id: '0199a3f2', key: '' }],
    ['0199A3F2-51c8', { id: '0199a3f2-51c8', key: '' }],
    ['o-4711', { id: '', key: 'o-4711' }],
    ['cafe', { id: '', key: 'cafe' }],
    ['  ', { id: '', key: '' }],
  ])('%j', (text, expected) => expect(readSearch(text)).toEqual(expected));
});

describe('toggled', () => {
  it('adds and takes away', () => expect([toggled(['a'], 'b'), toggled(['a', 'b'], 'a')]).toEqual([['a', 'b'], ['b']]));
});
