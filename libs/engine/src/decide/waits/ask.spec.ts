import type { Json, JsonObject } from '../../model/json.js';
import type { Decision } from '../../model/message.js';
import type { VirtualShell } from '../../testing/virtual-shell.js';
import { started } from '../../testing/waiting.js';
import { checkAnswer } from './ask-answer.js';

const ask = (more: JsonObject = {}): JsonObject => ({ id: 'ok', type: 'ask', kind: 'approval', ...more });
const form = { type: 'object', required: ['cents'], properties: { cents: { type: 'integer' } } };
const answer = (shell: VirtualShell, value: Json, more: object = {}, name = 'ok'): Decision =>
  shell.tell({ type: 'answerAsk', name, value, by: 'ada', ...more });
const refused = (reason: string) => ({ accepted: false, reason });

describe('ask', () => {
  it('shows what was evaluated when it opened', () => {
    const asked = ask({
      name: 'approve-${input.id}',
      kind: 'choice',
      prompt: 'Order ${input.id}?',
      choices: ['ship', 'hold'],
      assignees: '${input.people}',
      due: '1h',
      timeout: '2h',
    });
    const shell = started([asked], {}, { id: 7, people: ['ada', 'bob'] });
    expect(shell.history.at(-1)).toMatchObject({
      type: 'askOpened',
      path: 'ok',
      data: {
        name: 'approve-7',
        prompt: 'Order 7?',
        choices: ['ship', 'hold'],
        assignees: ['ada', 'bob'],
        dueAt: 4_600_000,
        timeoutAt: 8_200_000,
      },
    });
    expect(shell.state.status).toBe('waiting');
  });

  it.each<[string, JsonObject, Json, object, JsonObject]>([
    ['an approval', {}, 'approved', { comment: 'fine' }, { value: 'approved', comment: 'fine', form: null }],
    ['a rejection', {}, 'rejected', {}, { value: 'rejected', comment: null, form: null }],
    ['a choice', { kind: 'choice', choices: ['a', 'b'] }, 'b', {}, { value: 'b', comment: null, form: null }],
    ['a text', { kind: 'text' }, 'hello', {}, { value: 'hello', comment: null, form: null }],
    ['a form', { kind: 'form', form }, null, { form: { cents: 5 } }, { value: null, comment: null, form: { cents: 5 } }],
  ])('takes %s', (_what, fields, value, more, output) => {
    const shell = started([ask(fields)]);
    expect(answer(shell, value, more).accepted).toBe(true);
    expect(shell.state.output).toEqual({ ...output, by: 'ada', at: new Date(1_000_000).toISOString() });
    expect(shell.history.at(-2)).toMatchObject({ type: 'stepCompleted', data: { by: 'ada' } });
  });

  it.each<[string, JsonObject, Json, object]>([
    ['approval', {}, 'maybe', {}],
    ['approval', {}, true, {}],
    ['choice', { kind: 'choice', choices: ['a', 'b'] }, 'c', {}],
    ['text', { kind: 'text' }, 5, {}],
    ['text', { kind: 'text' }, '', {}],
    ['form', { kind: 'form', form }, null, {}],
    ['form', { kind: 'form', form }, null, { form: { cents: 'five' } }],
    ['form', { kind: 'form', form }, 'yes', { form: { cents: 5 } }],
    ['approval without a form', {}, 'approved', { form: { cents: 5 } }],
  ])('refuses a wrong answer to %s', (_what, fields, value, more) => {
    const shell = started([ask(fields)]);
    expect(answer(shell, value, more)).toEqual(refused('invalidAnswer'));
    expect(shell.state.status).toBe('waiting');
  });

  it('says where an answer is wrong', () => {
    const shell = started([ask({ kind: 'form', form })]);
    const plan = shell.plan.scope.byId.get('ok')!.ask!;
    expect(checkAnswer(plan, [], { form: { cents: 'five' } })).toEqual([{ path: '/form/cents', message: expect.any(String) }]);
    expect(checkAnswer({ kind: 'choice' }, ['a', 'b'], { value: 'c' })).toEqual([
      { path: '/value', message: 'expected one of "a", "b", but was "c"' },
    ]);
  });

  it('is answered once', () => {
    const shell = started([ask(), { id: 'nap', type: 'sleep', for: '1m' }]);
    answer(shell, 'approved');
    expect(answer(shell, 'rejected')).toEqual(refused('notOpen'));
    expect(answer(shell, 'approved', {}, 'other')).toEqual(refused('unknownAsk'));
  });

  it('gives an answer to the oldest of several with that name, or to the one of that path', () => {
    const each = { id: 'each', type: 'forEach', items: [1, 2, 3], steps: [ask()] };
    const shell = started([each]);
    answer(shell, 'approved', {}, 'each/1/ok');
    answer(shell, 'rejected');
    answer(shell, 'rejected');
    expect((shell.state.output as { value: string }[]).map(({ value }) => value)).toEqual(['rejected', 'approved', 'rejected']);
  });

  it('is claimed by one, passed on to others, and answered by anybody', () => {
    const shell = started([ask({ assignees: ['ada'] })]);
    const claim = (by?: string): Decision => shell.tell({ type: 'claimAsk', name: 'ok', ...(by !== undefined && { by }) });
    expect([claim('ada').accepted, claim('ada').accepted, claim('bob'), claim()]).toEqual([
      true,
      true,
      refused('alreadyClaimed'),
      refused('notPossible'),
    ]);
    shell.tell({ type: 'reassignAsk', name: 'ok', assignees: ['bob'], by: 'eve', reason: 'holiday' });
    expect(shell.state.step('ok').wait).toMatchObject({ assignees: ['bob'], claimedBy: undefined });
    expect(claim('bob').accepted).toBe(true);
    expect(answer(shell, 'approved', { by: 'ada' }).accepted).toBe(true);
  });

  it('never passes by itself unless timeoutValue says so', () => {
    const failing = started([ask({ timeout: '1m' })]);
    failing.passTime();
    expect(failing.state.error).toMatchObject({ code: 'TIMED_OUT', path: 'ok' });
    const passing = started([ask({ timeout: '1m', timeoutValue: 'rejected' })]);
    passing.passTime();
    expect(passing.state.output).toMatchObject({ value: 'rejected', by: null });
    expect(answer(passing, 'approved')).toEqual(refused('alreadyEnded'));
  });

  it.each(['replay', 'snapshot'] as const)('can be answered after a crash (%s)', (how) => {
    const shell = started([ask({ name: 'go' })]);
    shell.crash(how);
    expect(answer(shell, 'approved', {}, 'go').accepted).toBe(true);
  });

  it.each([
    ['choices', { kind: 'choice', choices: '${input.x}' }, [1]],
    ['assignees', { assignees: '${input.x}' }, 'ada'],
    ['name', { name: '${input.x}' }, ''],
    ['due', { due: '${input.x}' }, 'soon'],
  ])('fails when %s is not what it must be', (_field, fields, x) => {
    const shell = started([ask(fields)], {}, { x });
    expect(shell.state.error).toMatchObject({ code: 'EXPRESSION_FAILED', path: 'ok' });
  });
});
