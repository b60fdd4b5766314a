import type { Json, JsonObject } from '../model/json.js';
import { planOf, play, type Worker } from '../testing/play.js';
import { VirtualShell } from '../testing/virtual-shell.js';

const long = 'x'.repeat(501);
const ask = (more: JsonObject): JsonObject => ({ id: 's', type: 'ask', kind: 'text', ...more });

/** What is computed is held to what is written down: names become part of keys of the database and of names on the broker. */
describe('a step fails, and nothing is sent, when it computes', () => {
  it.each<[string, JsonObject, RegExp]>([
    ['the name of an event too long', { type: 'event', names: ['${input.long}'] }, /`names` to have at most 200/],
    ['a key of events too long', { type: 'event', names: ['a'], correlate: '${input.long}' }, /`correlate` .* at most 500/],
    ['an assignee too long', ask({ assignees: ['${input.long}'] }), /`assignees` to have at most 200/],
    ['the key of a lock too long', { type: 'lock', key: '${input.long}', steps: [] }, /`key` .* at most 255/],
    ['the key of a child too long', { type: 'workflow', workflow: 'c', key: '${input.long}' }, /`key` .* at most 255/],
    ['a queue of a child with a dot', { type: 'workflow', workflow: 'c', queue: '${"a.b"}' }, /name of a queue/],
    ['a priority of a child beyond all', { type: 'workflow', workflow: 'c', priority: '${10}' }, /from 0 to 9, but was 10/],
    ['a priority beyond all', { task: 't', priority: '${-1}' }, /from 0 to 9/],
    ['a message for an exchange too long', { type: 'emit', message: { exchange: '${input.long}' } }, /at most 255 bytes/],
    ['a routing key too long', { type: 'emit', message: { exchange: 'x', routingKey: '${input.long}' } }, /255 bytes/],
    ['a header too long', { type: 'emit', message: { exchange: 'x', headers: '${{input.long: 1}}' } }, /headers` .* 255 bytes/],
    ['a code in words', { type: 'fail', code: '${"not good"}', message: 'm' }, /name of a code, but was "not good"/],
    ['the name of an event to send too long', { type: 'emit', event: { name: '${input.long}', key: 'k' } }, /event.name/],
  ])('%s', (_what, step, message) => {
    const { state, sent, commands } = play({ steps: [{ id: 's', ...step }] }, { input: { long } });
    expect(state.error).toMatchObject({ code: 'EXPRESSION_FAILED', path: 's' });
    expect(state.error?.message).toMatch(message);
    expect([...sent, ...commands]).toEqual([]);
  });
});

describe('a task that is computed', () => {
  const steps = [
    { id: 'a', task: '${input.task}' },
    { id: 'b', task: 'written', when: '${false}' },
  ];
  const run = (task: string, isKnownTask?: (task: string) => boolean): VirtualShell => {
    const shell = new VirtualShell(planOf({ steps }), isKnownTask && { isKnownTask });
    shell.start({ task });
    return shell;
  };

  it('must be named by somebody', () => {
    const { state, commands } = run('slip', (task) => task === 'served');
    expect(state.error).toMatchObject({
      code: 'EXPRESSION_FAILED',
      path: 'a',
      message: expect.stringContaining('"slip"') as string,
    });
    expect(commands).toEqual([]);
  });

  it.each(['served', 'written'])('runs when a worker or the definition names it: %s', (task) => {
    expect(run(task, (known) => known === 'served').commands).toMatchObject([{ path: 'a' }]);
  });

  it('that is written down waits for its worker, whoever knows it', () => {
    const shell = new VirtualShell(planOf({ steps: [{ id: 'a', task: 'early' }] }), { isKnownTask: () => false });
    shell.start();
    expect(shell.commands).toMatchObject([{ path: 'a' }]);
  });
});

describe('bounds that are computed', () => {
  const end = (
    steps: object[],
    input: JsonObject,
    worker?: Worker,
  ): { status: string; output: Json; code: string | undefined } => {
    const { state } = play({ steps }, { input, ...(worker && { worker }) });
    return { status: state.status, output: state.output, code: state.error?.code };
  };
  const repeat = (more: JsonObject): JsonObject => ({
    id: 'r',
    type: 'repeat',
    until: '${index == 4}',
    steps: [{ id: 's', type: 'set', values: { n: '${index}' } }],
    ...more,
  });

  it('hold for the rounds of a repeat, and for how many of them are kept', () => {
    const bounds = { maxIterations: '${input.most}', keep: '${input.keep}' };
    expect(end([repeat(bounds)], { most: 4, keep: 1 })).toMatchObject({ status: 'failed', code: 'MAX_ITERATIONS' });
    expect(end([repeat(bounds)], { most: 5, keep: 3 }).output).toEqual([{ n: 2 }, { n: 3 }, { n: 4 }]);
    expect(end([repeat(bounds)], { most: 0, keep: 3 })).toMatchObject({ code: 'EXPRESSION_FAILED' });
  });

  it.each<[Json, number, string]>([
    [2, 2, 'completed'],
    [2, 3, 'failed'],
    ['50%', 2, 'completed'],
    ['50%', 3, 'failed'],
    ['many', 0, 'failed'],
  ])('hold for what a forEach tolerates: %j of 5, %i failures', (tolerate, failures, status) => {
    const steps = [
      {
        id: 'e',
        type: 'forEach',
        items: '${input.list}',
        tolerate: '${input.tolerate}',
        steps: [{ id: 's', task: 't', input: '${item}', retry: 'none' }],
      },
    ];
    const worker: Worker = (_path, item) => ((item as number) < failures ? { code: 'BOOM' } : { output: item });
    expect(end(steps, { list: [0, 1, 2, 3, 4], tolerate }, worker)).toMatchObject({ status });
  });

  it('hold for the holders of a lock', () => {
    const steps = [{ id: 'l', type: 'lock', key: 'k', limit: '${input.limit}', steps: [] }];
    const { sent } = play({ steps }, { input: { limit: 3 } });
    expect(sent).toMatchObject([{ to: { lock: 'k' }, message: { type: 'lockRequest', limit: 3 } }]);
    expect(end(steps, { limit: 1.5 })).toMatchObject({ code: 'EXPRESSION_FAILED' });
  });

  it('hold for the time of an instance, and a retry gives it as much again', () => {
    const definition = { timeout: { after: '${input.limit}' }, steps: [{ id: 's', type: 'event', names: ['never'] }] };
    const shell = new VirtualShell(planOf(definition));
    shell.start({ limit: '90s' });
    expect(shell.dueAt()).toBe(shell.nowMs + 90_000);
    shell.passTime();
    expect(shell.state.status).toBe('timed_out');
    shell.crash('snapshot');
    shell.tell({ type: 'retry' });
    expect(shell.dueAt()).toBe(shell.nowMs + 90_000);
    const { state } = play(definition, { input: { limit: 'soon' } });
    expect(state.error).toMatchObject({ code: 'EXPRESSION_FAILED', message: expect.stringContaining('timeout: ') as string });
  });
});
