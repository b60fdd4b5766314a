import type { Json, JsonObject } from '../model/json.js';
import { planOf, play } from '../testing/play.js';
import { VirtualShell } from '../testing/virtual-shell.js';

describe('the start of an instance', () => {
  it.each<[string, string]>([
    ['Order ${input.id} for ${input.customer}', 'Order 7 for {"name":"Ada"}'],
    ['${input.id}', '7'],
    ['${input.customer}', '{"name":"Ada"}'],
  ])('records the summary %j as %j', (summary, text) => {
    expect(play({ summary, steps: [] }, { input: { id: 7, customer: { name: 'Ada' } } }).state.summary).toBe(text);
  });

  it('records its tags, and what everybody may read of it', () => {
    const read = { id: 'read', type: 'set', values: { instance: '${instance}', now: '${now}' } };
    const shell = new VirtualShell(planOf({ name: 'orders', version: '1.2.0', tags: { city: '${input.city}' }, steps: [read] }));
    shell.tell({ type: 'start', input: { city: 'Ulm' }, key: 'o-7', tags: { by: 'hand' }, checksum: 'c' });
    const startedAt = new Date(shell.nowMs).toISOString();
    expect(shell.state.output).toEqual({
      now: startedAt,
      instance: {
        id: shell.id,
        definition: 'orders',
        version: '1.2.0',
        key: 'o-7',
        startedAt,
        tags: { by: 'hand', city: 'Ulm' },
      },
    });
  });

  it('says where its tasks and children go in place of the definition, in every round; the step has the last word', () => {
    const own = { queue: 'steps', priority: 7 };
    const tasks = [
      { id: 'plain', task: 't', needs: [] },
      { id: 'own', task: 't', needs: [], ...own },
    ];
    const children = [
      { id: 'child', type: 'workflow', workflow: 'c', needs: [] },
      { id: 'ownChild', type: 'workflow', workflow: 'c', needs: [], ...own },
    ];
    const lanes = (steps: object[]): string[] => {
      const shell = new VirtualShell(planOf({ queue: 'definitions', priority: 1, steps: steps as JsonObject[] }));
      shell.tell({ type: 'start', input: {}, queue: 'starts', priority: 5, checksum: 'c' });
      for (const command of shell.commands.slice(0, 2)) shell.complete(command);
      return shell.history.flatMap(({ type, path, generation, data }) =>
        type === 'stepScheduled' || type === 'childRequested' ? [`${generation} ${path} ${data.queue} ${data.priority}`] : [],
      );
    };
    expect(lanes(children)).toEqual(['1 child starts 5', '1 ownChild steps 7']);
    const again = { id: 'more', type: 'again', needs: ['plain', 'own'] };
    expect(lanes([...tasks, again])).toEqual(['1 plain starts 5', '1 own steps 7', '2 plain starts 5', '2 own steps 7']);
  });

  it('fails, and says everything that cannot be evaluated', () => {
    const { state } = play(
      { summary: '${input.a.b}', tags: { t: '${1 / input.n}' }, timeout: '${input.t}', steps: [] },
      { input: { t: 'x', n: 0 } },
    );
    expect(state).toMatchObject({ status: 'failed', error: { code: 'EXPRESSION_FAILED' } });
    expect(state.error?.message).toMatch(/summary: .*tags\.t: .*timeout: /);
  });
});

describe('the output of an instance that does not say it', () => {
  const output = (...steps: object[]): Json => play({ steps }, {}).state.output;
  const set = (id: string, values: Json, more: object = {}): object => ({ id, type: 'set', values, needs: [], ...more });

  it('is that of the one last step that completed, whatever it is', () => {
    expect(output(set('a', 1), set('b', [2], { needs: ['a'] }))).toEqual([2]);
    expect(output(set('a', 1), set('b', 2, { when: '${false}' }))).toBe(1);
    expect(output(set('a', 1, { when: '${false}' }))).toBeNull();
  });

  it('is the objects of several, merged in the order of definition', () => {
    expect(output(set('a', { x: 1, y: 1 }), set('b', { y: 2 }), set('c', [3]))).toEqual({ x: 1, y: 2 });
  });
});
