import { withDatabase } from '../checks/stored-facts.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { startMany } from '../workload/many.js';

const steps = ['a', 'b', 'c', 'd', 'e'];
const policy = { maxAttempts: 6, delay: '200ms', factor: 1 };
const book = (id: string, undo: object) => ({
  id,
  task: 'ledger.work',
  input: { ms: 20 },
  compensate: { task: 'ledger.work', input: { ms: 1_000, ...undo }, retry: policy },
});
const refused = { id: 'last', task: 'ledger.work', input: { fail: true } };

/** Undoing fails so many times before it works; or, of one step, always. */
const stubborn = {
  name: 'faults.stubborn',
  version: '1.0.0',
  steps: [...steps.map((id, n) => book(id, { failTimes: n % 3 })), refused],
};
const hopeless = {
  name: 'faults.hopeless',
  version: '1.0.0',
  steps: [...steps.map((id) => book(id, id === 'c' ? { fail: true } : {})), refused],
};

export const sagaUnderFire: Scenario = {
  id: 'F35',
  title: 'sagas under fire',
  inject: 'orchestrators and workers killed in turn while hundreds of sagas undo what they did; undoing fails some times, or always',
  mustHold: 'I13: undone once each, last first; what cannot be undone ends in compensation_failed with the list',
  floors: { faults: 2, interrupted: 1, restarted: ['orchestrator', 'worker'] },
  async run(run) {
    await run.world.register([stubborn, hopeless]);
    const count = run.scaled({ smoke: 40, matrix: 200, full: 1_000 });
    const kills = run.scaled({ smoke: 2, matrix: 8, full: 30 });
    const start = (name: string): object[] => Array.from({ length: count }, () => ({ definition: name }));
    await startMany(run, start(stubborn.name) as never, 'compensated');
    await startMany(run, start(hopeless.name) as never, 'compensation_failed');
    for (let kill = 0; kill < kills && (await undoing(run)) > 0; kill += 1) {
      await run.killAndRestart(kill % 2 === 0 ? run.busiestWorker() : run.anyOf('orchestrator'));
      await pause(run.random.between(200, 1_000));
    }
    await run.atRest();
    run.check('I13', 2 * count, await wrongLists(run));
  },
}; // prettier-ignore

/** Waits until something is being undone. @returns how many instances are still open */
async function undoing({ world }: Run): Promise<number> {
  return withDatabase(world.database.url, async (client) => {
    for (const deadline = performance.now() + 30_000; performance.now() < deadline; await pause(50)) {
      const { rows } = await client.query<{ open: number; undoing: number }>(
        `SELECT count(*)::int AS open, count(*) FILTER (WHERE status = 'compensating')::int AS undoing FROM workflow_instances WHERE ended_at IS NULL`,
      );
      const { open, undoing } = rows[0]!;
      if (undoing > 0 || open === 0) return open;
    }
    throw new Error('expected sagas to undo what they did, but none does');
  });
}

/** By the audit log: what completed of the undoing, in the reverse order of what had completed; of the hopeless all but `c`. */
async function wrongLists({ world }: Run): Promise<string[]> {
  return withDatabase(world.database.url, async (client) => {
    const { rows } = await client.query<{ id: string; definition: string; paths: string[] }>(
      `SELECT i.id, i.definition, array_agg(e.path ORDER BY e.seq) AS paths FROM workflow_instances i
       JOIN workflow_events e ON e.instance_id = i.id AND e.type = 'stepCompleted' WHERE i.definition = ANY($1) GROUP BY i.id, i.definition`,
      [[stubborn.name, hopeless.name]],
    );
    const undone = (definition: string): string[] =>
      steps.toReversed().filter((id) => definition === stubborn.name || id !== 'c').map((id) => `${id}/~undo`);
    return rows.flatMap(({ id, definition, paths }) => {
      const expected = [...steps, ...undone(definition)].join();
      return paths.join() === expected ? [] : [`${id} (${definition}): expected ${expected}, but it was ${paths.join()}`];
    });
  });
} // prettier-ignore
