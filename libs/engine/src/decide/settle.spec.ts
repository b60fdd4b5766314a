import { compile } from '../compile/compile.js';
import type { JsonObject } from '../model/json.js';
import { VirtualShell } from '../testing/virtual-shell.js';

/** Around the size of a slice, and twice that. */
const counts = [498, 499, 500, 501, 502, 999, 1_000, 1_001];
const many = (count: number, step: JsonObject): JsonObject[] =>
  Array.from({ length: count }, (_, index) => ({ id: `s${index}`, ...step }));

function started(steps: JsonObject[], more: JsonObject = {}, input: JsonObject = {}): VirtualShell {
  const { plan, problems } = compile({ name: 'test', version: '1.0.0', steps, ...more });
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  const shell = new VirtualShell(plan);
  shell.start(input);
  return shell;
}

/** Until only a message could move it. */
function settled(shell: VirtualShell): VirtualShell {
  while (shell.passTime());
  return shell;
}

describe('wherever its slice ends, an instance', () => {
  it.each(counts)('ends with the last of %i steps that need nobody', (count) => {
    expect(settled(started(many(count, { type: 'set', values: 1 }))).state.status).toBe('completed');
  });

  it.each(counts)('ends with the last of %i clocks', (count) => {
    expect(settled(started(many(count, { type: 'sleep', for: '1s', needs: [] }))).state.status).toBe('completed');
  });

  it.each(counts)('stops what is open when step %i says that it is complete', (count) => {
    const steps = many(count - 2, { type: 'set', values: 1 });
    const wait = { id: 'wait', type: 'event', names: ['never'], needs: [] };
    expect(settled(started([...steps, { id: 'done', type: 'complete' }, wait])).state.status).toBe('completed');
  });

  it.each(counts)('stops what is open when failFast meets a failure at step %i', (count) => {
    const steps = many(count - 2, { type: 'set', values: 1 });
    const wait = { id: 'wait', type: 'event', names: ['never'], needs: [] };
    const fail = { id: 'fail', type: 'fail', code: 'X' };
    expect(settled(started([...steps, fail, wait], { failFast: true })).state.status).toBe('failed');
  });

  it('begins again and again, and is cancelled in the midst of it', () => {
    const shell = started([{ id: 'again', type: 'again', input: { n: '${ctx.n + 1}' } }], {}, { n: 0 });
    for (let slice = 0; slice < 5; slice += 1) expect(shell.passTime()).toBe(true);
    expect(shell.state.generation).toBeGreaterThan(2_000);
    expect(shell.tell({ type: 'cancel' })).toMatchObject({ accepted: true });
    expect(shell.state.status).toBe('cancelled');
  });
});
