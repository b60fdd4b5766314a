import type { JsonObject } from '../model/json.js';
import { planOf, play } from '../testing/play.js';
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
    [
      'a priority of a child beyond all',
      { type: 'workflow', workflow: 'c', priority: '${1000001}' },
      /to 1000000, but was 1000001/,
    ],
    ['a priority beyond all', { task: 't', priority: '${-1000001}' }, /from -1000000/],
    ['a message for an exchange too long', { type: 'emit', message: { exchange: '${input.long}' } }, /at most 255 bytes/],
    ['a routing key too long', { type: 'emit', message: { exchange: 'x', routingKey: '${input.long}' } }, /255 bytes/],
    ['a header too long', { type: 'emit', message: { exchange: 'x', headers: '${{input.long: 1}}' } }, /headers` .* 255 bytes/],
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
