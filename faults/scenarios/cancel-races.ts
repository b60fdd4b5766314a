import { ApiProblem } from '#libs/client';
import { withDatabase } from '../checks/stored-facts.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { each } from '../workload/many.js';

/** What is cancelled: dispatched steps, a join, what is just being undone, a child, a wait. */
const kinds = ['chain', 'fan', 'saga', 'parent', 'loop', 'timer', 'signal'] as const;
/** Before the first dispatch, in flight, at a completion, while it is undone, when it has ended. */
const latestMs = 2_500;

export const cancelRaces: Scenario = {
  id: 'F34',
  title: 'cancelling at every moment',
  inject: 'cancel at a drawn moment between the start and the end of instances of every kind, some twice at once; an orchestrator is killed meanwhile',
  mustHold: 'I12, I15: after the cancel no command but to undo; children are cancelled too',
  floors: { interrupted: 0, restarted: ['orchestrator'] },
  async run(run) {
    const count = run.scaled({ smoke: 140, matrix: 700, full: 4_000 });
    const told = { cancelled: 0, tooLate: 0 };
    const wishes = Array.from({ length: count }, (_, n) => ({
      kind: kinds[n % kinds.length]!,
      afterMs: run.random.between(0, latestMs),
      isTwice: run.random.next() < 0.3,
      ms: run.random.whole(5, 120),
    }));
    const cancelling = each(wishes, 32, async ({ kind, afterMs, isTwice, ms }) => {
      const { id } = await run.world.client.startInstance({ definition: `faults.${kind}`, input: { ms, restMs: '500ms' } });
      await pause(afterMs);
      const outcomes = await Promise.all((isTwice ? [1, 2] : [1]).map(() => cancel(run, id)));
      if (outcomes.includes('cancelled')) told.cancelled += 1;
      else told.tooLate += 1;
      open.push(id);
    });
    const open: string[] = [];
    await run.inFlight(5);
    await run.killAndRestart(run.anyOf('orchestrator'));
    await cancelling;
    await run.atRest();
    run.measure('cancelled in time', told.cancelled, '');
    run.measure('had ended before', told.tooLate, '');
    run.check('floor', 1, told.cancelled < count / 3 ? [`only ${told.cancelled} of ${count} were cancelled in time`] : []);
    run.check('ends', open.length, await wrongEnds(run, open));
    run.check('I15', told.cancelled, await commandsAfterCancel(run));
  },
}; // prettier-ignore

async function cancel({ world }: Run, id: string): Promise<'cancelled' | 'tooLate'> {
  try {
    await world.client.cancel(id, { reason: 'a race' }, { waitMs: 0 });
    return 'cancelled';
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 409) return 'tooLate';
    throw error;
  }
}

/** Cancelled, or what it would have come to anyhow. */
async function wrongEnds({ world }: Run, ids: readonly string[]): Promise<string[]> {
  return withDatabase(world.database.url, async (client) => {
    const { rows } = await client.query<{ id: string; definition: string; status: string }>(
      `SELECT id, definition, status FROM workflow_instances WHERE id = ANY($1::uuid[])
       AND NOT (status = 'cancelled' OR status = 'compensated' OR (status = 'completed' AND definition <> 'faults.saga'))`,
      [ids],
    );
    return rows.map(({ id, definition, status }) => `${id} (${definition}) was cancelled, and is ${status}`);
  });
}

/** Of instances that closed because they were cancelled: steps scheduled after that, but to undo; and children that went on. */
async function commandsAfterCancel({ world }: Run): Promise<string[]> {
  return withDatabase(world.database.url, async (client) => {
    const late = await client.query<{ id: string; path: string; seq: number }>(
      `SELECT e.instance_id AS id, e.path, e.seq FROM workflow_events e
       JOIN workflow_events c ON c.instance_id = e.instance_id AND c.type = 'instanceClosing' AND c.data::jsonb ->> 'as' = 'cancelled' AND c.seq < e.seq AND c.generation = e.generation
       WHERE e.type IN ('stepScheduled', 'stepRetryScheduled') AND e.path NOT LIKE '%~undo%'`,
    );
    const orphans = await client.query<{ id: string; status: string }>(
      `SELECT child.id, child.status FROM workflow_instances child JOIN workflow_instances parent ON parent.id = child.parent
       WHERE parent.status = 'cancelled' AND child.ended_at IS NULL`,
    );
    return [
      ...late.rows.map(({ id, path, seq }) => `${id}: ${path} was scheduled by event ${seq}, after the cancel`),
      ...orphans.rows.map(({ id, status }) => `child ${id} of a cancelled parent is ${status}`),
    ];
  });
}
