import { ApiProblem } from '#libs/client';
import { monoMs } from '../ledger/ledger-record.js';
import type { Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { startMany } from '../workload/many.js';

const step = (id: string, more: object = {}): object => ({ id, task: 'ledger.work', ...more });
const nested = (depth: number): object =>
  depth === 0 ? step('a') : { id: 'b', type: 'parallel', branches: { one: [nested(depth - 1)] } };
const flat = (count: number): object[] => Array.from({ length: count }, (_, n) => step(`s${n}`, { needs: [] }));

/** What nobody may publish. */
const poison: Readonly<Record<string, readonly object[]>> = {
  cycle: [step('a', { needs: ['b'] }), step('b', { needs: ['a'] })],
  'self-edge': [step('a', { needs: ['a'] })],
  missing: [step('a', { needs: ['nobody'] })],
  twice: [step('a'), step('a')],
  'too-many': flat(100_000),
  'too-deep': [nested(1_000)],
  'no-type': [{ id: 'a', type: 'magic' }],
};
const document = (name: string, steps: readonly object[]): object => ({ name: `poison.${name}`, version: '1.0.0', steps });

const wide = document('wide', [
  { id: 'each', type: 'forEach', items: '${input.items}', steps: [{ id: 'note', type: 'set', values: { n: '${item}' } }], keep: 'none' },
]); // prettier-ignore
const endless = document('endless', [{ id: 'deeper', type: 'workflow', workflow: 'poison.endless', retry: 'none' }]);
const unserved = document('unserved', [{ id: 'a', task: 'nobody.serves' }]);

export const poisonDefinitions: Scenario = {
  id: 'F32',
  title: 'poison definitions',
  inject:
    'cycles, self edges, missing needs, repeated ids, 100,000 steps, 1,000 levels; 10,000 items, children without end, a task nobody serves',
  mustHold: 'refused with a problem that names the place, within 2 s; or bounded when it runs; others go on',
  floors: { faults: 0, interrupted: 0 },
  async run(run) {
    await run.underLoad(async () => {
      for (const [name, steps] of Object.entries(poison)) await refused(run, name, document(name, steps));
      await run.world.register([wide, endless, unserved]);
      await startMany(
        run,
        [{ definition: 'poison.wide', input: { items: Array.from({ length: 10_000 }, (_, n) => n) } }],
        'completed',
      );
      await startMany(run, [{ definition: 'poison.endless' }], 'failed');
      await waitsVisibly(run);
    });
    await run.atRest();
  },
};

async function refused(run: Run, name: string, document: object): Promise<void> {
  const begun = monoMs();
  const answer = await run.world.client.registerDefinition({ document }).then(() => 'taken' as const, (error: unknown) => error);
  run.measure(`${name} refused after`, monoMs() - begun, 'ms', 2_000);
  const isRefused = answer instanceof ApiProblem && answer.status >= 400 && answer.status < 500;
  run.check('refused', 1, isRefused ? [] : [`${name}: expected a problem, but it was ${String(answer)}`]);
} // prettier-ignore

/** Nobody serves the task: it waits, says so, and can be cancelled. */
async function waitsVisibly(run: Run): Promise<void> {
  const [id] = (await startMany(run, [{ definition: 'poison.unserved' }], 'cancelled')) as [string];
  const deadline = performance.now() + 20_000;
  let reason: string | undefined;
  while (reason !== 'no_worker' && performance.now() < deadline)
    reason = (await run.world.client.getInstance(id)).waitingFor?.[0]?.reason;
  run.check('visible', 1, reason === 'no_worker' ? [] : [`expected ${id} to say that no worker serves its task, but it says ${reason}`]);
  await run.world.client.cancel(id);
} // prettier-ignore
