import { appendPage, emptyInstances, foldLatest, foldRows, revealFresh, type InstanceRow } from './fold-instances';

const row = (id: string, seq: number, more: Partial<InstanceRow> = {}): InstanceRow => ({
  id,
  seq,
  definition: 'order',
  version: '1.0.0',
  key: null,
  status: 'running',
  summary: null,
  currentStep: null,
  stepsDone: 0,
  stepsTotal: 3,
  errorCode: null,
  createdAt: `2026-11-21T08:00:0${id}.000Z`,
  startedAt: null,
  endedAt: null,
  ...more,
});
const ids = (rows: readonly InstanceRow[]): string => rows.map(({ id }) => id).join('');

describe('foldRows', () => {
  const view = appendPage(emptyInstances, [row('3', 5), row('2', 5), row('1', 5)]);

  it('changes a row in place, whatever happened to it', () => {
    const after = foldRows(view, [row('2', 6, { status: 'completed' })]);
    expect(ids(after.rows)).toBe('321');
    expect(after.rows[1]?.status).toBe('completed');
  });
  it.each([4, 5])('ignores what is late or repeated (seq %d)', (seq) =>
    expect(foldRows(view, [row('2', seq, { status: 'failed' })])).toBe(view),
  );
  it('keeps rows that did not change as they are, so that nothing is drawn again', () => {
    const after = foldRows(view, [row('2', 6)]);
    expect(after.rows[0]).toBe(view.rows[0]);
  });
  it('lets new ones wait, newest first, and counts each once', () => {
    const after = foldRows(foldRows(view, [row('4', 1), row('5', 1)]), [row('4', 2, { status: 'failed' })]);
    expect([ids(after.rows), ids(after.fresh)]).toEqual(['321', '54']);
    expect(after.fresh[1]?.status).toBe('failed');
  });
  it('of several news of one instance takes the last', () =>
    expect(foldRows(view, [row('1', 9, { stepsDone: 3 }), row('1', 8, { stepsDone: 2 })]).rows[2]?.stepsDone).toBe(3));
  it('does not take in what the filter leaves out', () => expect(foldRows(view, [row('6', 1)], () => false)).toBe(view));
});

describe('revealFresh', () => {
  it('puts what waited on top', () =>
    expect(ids(revealFresh(foldRows(appendPage(emptyInstances, [row('1', 1)]), [row('2', 1)])).rows)).toBe('21'));
});

describe('appendPage', () => {
  it('adds below and keeps what is known in its place', () => {
    const view = appendPage(emptyInstances, [row('3', 1), row('2', 1)]);
    expect(ids(appendPage(view, [row('2', 2), row('1', 1)]).rows)).toBe('321');
  });
});

describe('foldLatest', () => {
  it('keeps the newest, in order of birth and not of arrival', () => {
    const latest = foldLatest([row('5', 1), row('4', 1)], [row('1', 1), row('6', 1)], 3);
    expect(ids(latest)).toBe('654');
  });
});
