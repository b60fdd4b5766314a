import type { Json, JsonObject } from '../model/json.js';
import { stepCommand } from '../effects/step-command.js';
import { play, planOf } from '../testing/play.js';
import { VirtualShell } from '../testing/virtual-shell.js';

const started = (step: JsonObject, input: Json = {}, options = {}): VirtualShell => {
  const shell = new VirtualShell(planOf({ steps: [{ id: 's', task: 't', ...step }] }), options);
  shell.start(input);
  return shell;
};
const placementOf = (step: JsonObject, input: Json = {}): unknown => started(step, input).state.step('s').placement;

describe('a step asks of its worker', () => {
  it.each<[string, JsonObject, unknown]>([
    ['nothing', {}, undefined],
    ['one slot, which is nothing', { slots: 1 }, undefined],
    ['an affinity', { affinity: '${input.customer}' }, { affinity: 'ada' }],
    ['an affinity that is a number', { affinity: '${input.no}' }, { affinity: '17' }],
    [
      'labels',
      { requires: { zone: 'eu', gpu: true, level: '${input.no}' } },
      { requires: { zone: 'eu', gpu: 'true', level: '17' } },
    ],
    ['memory', { requires: { memory: '2GiB' } }, { memory: 2 ** 31 }],
    [
      'memory that is computed',
      { requires: { memory: '${input.no * 1000}', zone: 'eu' } },
      { memory: 17_000, requires: { zone: 'eu' } },
    ],
    ['slots', { slots: 3 }, { slots: 3 }],
  ])('%s', (_what, step, placement) => {
    expect(placementOf(step, { customer: 'ada', no: 17 })).toEqual(placement);
  });

  it.each<[string, JsonObject, RegExp]>([
    ['an affinity that is a list', { affinity: '${[1]}' }, /`affinity` to be a text, but was a list/],
    ['an affinity too long', { affinity: '${input.long}' }, /`affinity` to have at most 255 characters/],
    ['a label that is null', { requires: { zone: '${null}' } }, /`requires.zone` to be a text, but was null/],
    ['a label too long', { requires: { zone: '${input.long}' } }, /`requires.zone` to have at most 255/],
    ['memory in words', { requires: { memory: '${"lots"}' } }, /`requires.memory` to be 512MiB.*, but was "lots"/],
    ['no memory at all', { requires: { memory: '${0}' } }, /`requires.memory`/],
  ])('and fails when that is %s', (_what, step, message) => {
    const { state, commands } = started(step, { long: 'x'.repeat(256) });
    expect(state.error).toMatchObject({ code: 'EXPRESSION_FAILED', path: 's' });
    expect(state.error?.message).toMatch(message);
    expect(commands).toEqual([]);
  });
});

describe('a step that asks something of its worker', () => {
  const worker = { id: 'w1', session: 'one' };

  it('waits in the backlog until it is bound to one, and says so in its command', () => {
    const shell = started({ affinity: 'a', slots: 2, requires: { memory: '1KiB' } });
    expect(shell.commands).toEqual([]);
    const token = shell.state.step('s').token!;
    shell.tell({ type: 'dispatch', steps: [{ path: 's', token }], incarnation: 0, worker });
    expect(shell.commands).toMatchObject([{ path: 's', token }]);
    expect(shell.state.step('s').worker).toEqual(worker);
    expect(stepCommand(shell.plan, shell.state, 's')).toMatchObject({ bound: 'affinity', slots: 2, memory: 1_024, delivery: 1 });
  });

  it('may be bound to another when the first one did not run it', () => {
    const shell = started({ slots: 2 });
    const steps = [{ path: 's', token: shell.state.step('s').token! }];
    shell.tell({ type: 'dispatch', steps, incarnation: 0, worker });
    const other = { id: 'w2', session: 'two' };
    shell.tell({ type: 'dispatch', steps, incarnation: 0, delivery: 2, worker: other });
    expect(shell.state.step('s')).toMatchObject({ worker: other, delivery: 2 });
    expect(stepCommand(shell.plan, shell.state, 's')).toMatchObject({ bound: 'room', slots: 2, delivery: 2 });
    expect(
      shell.history.flatMap(({ type, data }) => (type === 'stepsDispatched' ? [(data as { worker: unknown }).worker] : [])),
    ).toEqual([worker, other]);
  });

  it('asks the same of each attempt, wherever the one before ran', () => {
    const shell = started({ affinity: '${input.a}', retry: { maxAttempts: 2, delay: '1s', jitter: 0 } }, { a: 'x' });
    const { token } = shell.state.step('s');
    shell.tell({ type: 'dispatch', steps: [{ path: 's', token: token! }], incarnation: 0, worker });
    shell.fail({ path: 's', token: token! }, 'BOOM', true);
    shell.passTime();
    expect(shell.state.step('s')).toMatchObject({ attempt: 2, status: 'scheduled', placement: { affinity: 'x' } });
    expect(shell.state.step('s').worker).toBeUndefined();
  });

  it('fails by its queue time-out with NO_WORKER when nobody has what it asks for', () => {
    const shell = started({ requires: { zone: 'eu' }, queueTimeout: '5s' }, {}, { isServed: false });
    shell.passTime();
    expect(shell.state.error).toMatchObject({
      code: 'NO_WORKER',
      message: expect.stringContaining('what the step asks for') as string,
    });
  });
});

it('steps that ask for nothing leave at once, as they always did', () => {
  const { history } = play({ steps: [{ id: 's', task: 't' }] });
  const scheduled = history.find(({ type }) => type === 'stepScheduled')!;
  expect(scheduled.data).toMatchObject({ incarnation: 1 });
  expect(Object.keys(scheduled.data)).not.toContain('placement');
});
