import { ApiProblem } from '#libs/client';
import { percentile } from '#libs/testing';
import { monoMs } from '../ledger/ledger-record.js';
import type { Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { each, startMany } from '../workload/many.js';

const many = 1_000;
const document = (name: string, steps: object[], more: object = {}) => ({
  name: `faults.${name}`,
  version: '1.0.0',
  steps,
  ...more,
});

/** Waits only after a while: what comes before is kept for it. */
const late = document('late-wait', [
  { id: 'rest', type: 'sleep', for: '1s' },
  { id: 'go', type: 'event', names: ['go'] },
]);
/** The event comes at the very moment at which the wait gives up. */
const brink = document('brink', [{ id: 'go', type: 'event', names: ['go'], timeout: '2s', timeoutValue: 'none' }], {
  output: '${steps.go.output}',
});
const collector = document('collector', [
  {
    id: 'each',
    type: 'repeat',
    until: '${index == ' + String(many - 1) + '}',
    maxIterations: many,
    keep: many,
    steps: [{ id: 'go', type: 'event', names: ['go'], output: '${output.payload}' }],
  },
]);

export const signalRaces: Scenario = {
  id: 'F36',
  title: 'races of events',
  inject: 'events before their wait, at the instant it gives up, twice, to instances that have ended, and a thousand to one instance; an orchestrator is killed meanwhile',
  mustHold: 'I17: what was acknowledged was taken once, in order',
  floors: { interrupted: 0, restarted: ['orchestrator'] },
  async run(run) {
    await run.world.register([late, brink, collector]);
    const count = run.scaled({ smoke: 50, matrix: 200, full: 1_000 });
    const starting = Array.from({ length: count }, () => 0);
    const [early, onBrink] = await Promise.all([
      startMany(run, starting.map(() => ({ definition: late.name })), 'completed'),
      startMany(run, starting.map(() => ({ definition: brink.name })), 'completed'),
    ]);
    const [flooded] = (await startMany(run, [{ definition: collector.name }], 'completed')) as [string];
    const begun = monoMs();
    const flooding = flood(run, flooded);
    await Promise.all([
      each(early, 32, async (id) => { await send(run, id, `once-${id}`); await send(run, id, `once-${id}`); }),
      each(onBrink, 64, async (id, n) => { await until(begun + 1_600 + (n % 20) * 40); await send(run, id, `brink-${id}`); }),
      run.killAndRestart(run.anyOf('orchestrator')),
    ]);
    const acknowledged = await flooding;
    run.loadedUntilMs = monoMs();
    await run.atRest();
    await judge(run, flooded, acknowledged, early[0]!);
  },
}; // prettier-ignore

const until = (atMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - monoMs())));

/** @returns whether it was taken or kept; false: the instance had ended */
async function send({ world }: Run, id: string, event: string, payload: number = 1): Promise<boolean> {
  try {
    await world.client.sendEventToInstance(id, { name: 'go', id: event, payload }, { waitMs: 0 });
    return true;
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'INSTANCE_ENDED') return false;
    throw error;
  }
}

/** One sender, one after the other: so they have an order. @returns the payloads that were acknowledged */
async function flood(run: Run, id: string): Promise<number[]> {
  const acknowledged: number[] = [];
  const times: number[] = [];
  for (let n = 1; n <= many; n += 1) {
    const begun = monoMs();
    if (await send(run, id, `flood-${n}`, n)) acknowledged.push(n);
    times.push(monoMs() - begun);
  }
  run.measure('acknowledgement of an event to one instance p99', percentile(times, 0.99), 'ms');
  return acknowledged;
}

async function judge(run: Run, flooded: string, acknowledged: readonly number[], ended: string): Promise<void> {
  const { output, status } = await run.world.client.getInstance(flooded);
  const isWhole = JSON.stringify(output) === JSON.stringify(acknowledged);
  run.check('I17', acknowledged.length, isWhole ? [] : [`${flooded} (${status}): expected 1 to ${many} in order, but it took ${JSON.stringify(output)?.slice(0, 200)}`]);
  const isTaken = await send(run, ended, 'too-late');
  run.check('I17', 1, isTaken ? [`an event was acknowledged by ${ended}, which had ended`] : []);
} // prettier-ignore
