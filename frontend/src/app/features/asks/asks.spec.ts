import { answerBody, emptyDraft, missing } from './answer';
import { askTitle, byDue, dueOf, keyFacts, toFacts, waitsFor, whoText, type AskFacts } from './ask-facts';

const ask = (more: Partial<AskFacts> = {}): AskFacts => ({
  instance: 'i-1',
  definition: 'order',
  path: 'ok',
  name: 'ok',
  kind: 'approval',
  prompt: null,
  choices: null,
  form: null,
  assignees: [],
  claimedBy: null,
  dueAt: undefined,
  timeoutAt: undefined,
  openedAt: 0,
  ...more,
});

describe('an ask', () => {
  const now = 10_000_000;
  it.each([
    [{ dueAt: now + 7_260_000 }, 'due in 2 h 1 min', false],
    [{ dueAt: now - 90_000 }, 'overdue 1 min', true],
    [{ timeoutAt: now + 42_500 }, 'expires in 42 s', false],
    [{ dueAt: now + 60_000, timeoutAt: now + 1_000 }, 'due in 1 min', false],
  ])('with %j is %s', (times, text, isOverdue) => expect(dueOf(ask(times), now)).toEqual({ text, isOverdue }));
  it('without a date is never due', () => expect(dueOf(ask(), now)).toBeUndefined());
  it('says whom it is asked of', () => {
    expect(whoText(ask())).toBe('anybody');
    expect(whoText(ask({ assignees: ['ana', 'bo'] }))).toBe('ana, bo');
    expect(whoText(ask({ assignees: ['ana'], claimedBy: 'bo' }))).toBe('claimed by bo');
    expect([waitsFor(ask()), waitsFor(ask({ claimedBy: 'bo' }))]).toEqual(['Waiting for anybody', 'Claimed by bo']);
  });
  it('is titled by its prompt, else its name', () =>
    expect([askTitle(ask()), askTitle(ask({ prompt: 'Ship it?' }))]).toEqual(['ok', 'Ship it?']));
  it('due first comes first, and without a date the longest open', () => {
    const list = [ask({ path: 'c', openedAt: 9 }), ask({ path: 'b', openedAt: 2 }), ask({ path: 'a', dueAt: 5 })];
    expect(list.sort(byDue).map(({ path }) => path)).toEqual(['a', 'b', 'c']);
  });
  it('comes from the list with times as epoch ms', () =>
    expect(
      toFacts({
        ...ask(),
        choices: null,
        assignees: [],
        dueAt: '1970-01-01T00:00:01.000Z',
        timeoutAt: null,
        openedAt: '1970-01-01T00:00:00.000Z',
      }),
    ).toMatchObject({ dueAt: 1_000, timeoutAt: undefined, openedAt: 0 }));
});

describe('an answer', () => {
  it('that rejects says why', () => {
    expect(missing(ask(), emptyDraft, 'rejected')).toMatch(/why/);
    expect(missing(ask(), { ...emptyDraft, comment: 'too dear' }, 'rejected')).toBeUndefined();
    expect(missing(ask(), emptyDraft, 'approved')).toBeUndefined();
  });
  it.each(['choice', 'text'] as const)('to a %s is not empty', (kind) => {
    expect(missing(ask({ kind }), emptyDraft)).toBeDefined();
    expect(missing(ask({ kind }), { ...emptyDraft, value: 'x' })).toBeUndefined();
  });
  it('becomes what the API wants', () => {
    expect(answerBody(ask(), { ...emptyDraft, comment: ' fine ' }, 'approved')).toEqual({ value: 'approved', comment: 'fine' });
    expect(answerBody(ask({ kind: 'choice' }), { ...emptyDraft, value: 'ship' })).toEqual({ value: 'ship' });
    expect(answerBody(ask({ kind: 'form', form: {} }), { ...emptyDraft, form: { a: 1 } })).toEqual({ form: { a: 1 } });
    expect(answerBody(ask({ kind: 'form', form: {} }), emptyDraft)).toEqual({ form: {} });
    expect(answerBody(ask({ form: {} }), { ...emptyDraft, form: { a: 1 } }, 'approved')).toEqual({
      value: 'approved',
      form: { a: 1 },
    });
  });
});

describe('keyFacts', () => {
  it('are the first plain members of the input', () =>
    expect(keyFacts({ id: 'o-1', cents: 1899000, lines: [1], vip: true, note: 'x'.repeat(80), a: 'b', c: 'd' })).toEqual([
      { name: 'id', text: 'o-1' },
      { name: 'cents', text: '1,899,000' },
      { name: 'vip', text: 'true' },
      { name: 'a', text: 'b' },
    ]));
  it.each([[null], ['text'], [[1]]])('there are none in %j', (input) => expect(keyFacts(input)).toEqual([]));
});
