import { waitLines, type Wait } from './waits.js';

const id = '019b7a00-0000-7000-8000-000000000001';
const now = Date.parse('2026-01-01T12:00:00.000Z');
const asked = { path: 'ok', reason: 'ask', text: 'waits for an answer to "ok"', names: ['ok'] } as const;
const approval = { kind: 'approval', prompt: 'Pay 250 EUR?', choices: null } as const;
const lines = (...waits: Wait[]): string[] => waitLines(id, waits, now);

describe('waitLines', () => {
  it('tells what waits, for how long, what is asked and what to type', () => {
    expect(lines({ ...asked, until: '2026-01-03T16:00:00.000Z', ask: approval })).toEqual([
      '  ok: waits for an answer to "ok" (2 d 4 h left)',
      '    Pay 250 EUR?',
      `    → orquestra ask answer ${id} ok approved|rejected`,
    ]);
  });

  it.each<[string, Wait, string | undefined]>([
    ['a choice', { ...asked, ask: { kind: 'choice', prompt: null, choices: ['ship', 'put aside'] } }, `ok ship|'put aside'`],
    ['a form', { ...asked, ask: { kind: 'form', prompt: null, choices: null } }, `ok --form '{…}'`],
    ['an ask of a strange name', { ...asked, names: [`it's $HOME`] }, `'it'\\''s $HOME' '…'`],
    ['an event', { path: 'a', reason: 'event', text: 't', names: ['paid', 'lost'] }, `event send paid --instance ${id}`],
    ['an event by key', { path: 'a', reason: 'event', text: 't', names: ['paid'], key: 'o 1' }, `event send paid --key 'o 1'`],
    ['a pause', { path: '', reason: 'paused', text: 'paused' }, `instance resume ${id}`],
    ['a worker that is not there', { path: 'a', reason: 'no_worker', text: 't' }, 'worker list'],
  ])('says how to end the wait for %s', (_, wait, command) => {
    expect(lines(wait).at(-1)).toMatch(/^ {4}→ orquestra /);
    expect(lines(wait).at(-1)).toContain(command);
  });

  it('has nothing to advise while only time has to pass', () => {
    const sleeping: Wait = { path: 'nap', reason: 'timer', text: 'sleeps', until: '2026-01-01T11:00:00.000Z' };
    expect(lines(sleeping)).toEqual(['  nap: sleeps (due now)']);
  });

  it('tells five of many, tame', () => {
    const many = Array.from({ length: 7 }, (): Wait => ({ path: 'x\u001b[2J', reason: 'sent', text: 'sent' }));
    expect(lines(...many)).toEqual([...Array<string>(5).fill('  x [2J: sent'), '  and 2 more']);
  });
});
