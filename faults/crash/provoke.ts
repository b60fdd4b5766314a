import { stepQueue } from '#libs/contracts';
import { type TestProcess, until } from '#libs/testing';
import { withDatabase } from '../checks/stored-facts.js';
import { pause, type Run } from '../run.js';
import { startMany } from '../workload/many.js';
import { leaseMs } from '../world/world.js';
import type { Peer } from './peer.js';

export interface Provocation {
  readonly run: Run;
  readonly peer: Peer;
  /** The one that is to crash. */
  readonly victim: TestProcess;
  readonly hasCrashed: () => boolean;
}

type Provoke = (about: Provocation) => Promise<void>;

const between = 700;

/** Its end is asked for: what it does last is what is looked at. */
const stop: Provoke = async ({ run, victim }) => {
  const isOrchestrator = run.world.processes('orchestrator').includes(victim);
  if (isOrchestrator) await until(async () => ((await ownsSomething(run, victim)) ? true : undefined), 4 * leaseMs);
  await pause(1_500); // under load
  await victim.stop(20_000);
};

/** An orchestrator that has just come gets its share of the others first; a node names itself by its process. */
const ownsSomething = ({ world }: Run, { pid }: TestProcess): Promise<boolean> =>
  withDatabase(world.database.url, async (client) => {
    const { rowCount } = await client.query(`SELECT 1 FROM workflow_partitions WHERE owner LIKE $1`, [`%-${pid}-%`]);
    return rowCount !== 0;
  });

/** Commands come back, are lost, and their queue is made anew. */
const deleteStepQueue: Provoke = async ({ peer, hasCrashed }) => {
  while (!hasCrashed()) {
    await peer.deleteQueue(stepQueue('default', 'ledger.work'));
    await pause(between);
  }
};

/** What the second worker holds is lost, or comes again to the first. */
const killWorker: Provoke = async ({ run, hasCrashed }) => {
  const other = run.world.processes('worker')[1]!;
  while (!hasCrashed()) {
    const { pid } = other;
    await run.world.ledger.reached('steps of the other worker', () => run.world.ledger.running(pid).length > 0 || hasCrashed());
    if (hasCrashed()) return;
    await run.killAndRestart(other);
    await pause(between);
  }
};

/** The second worker dies with claimed steps in hand, which nobody else can end. */
const killClaimant: Provoke = async ({ run, hasCrashed }) => {
  const other = run.world.processes('worker')[1]!;
  while (!hasCrashed()) {
    const ids = new Set(
      await startMany(
        run,
        Array.from({ length: 20 }, () => claimed),
        'completed',
      ),
    );
    const isHeld = (): boolean => run.world.ledger.running(other.pid).some(({ instance }) => ids.has(instance));
    await run.world.ledger.reached('claimed steps of the second worker', () => isHeld() || hasCrashed());
    await run.killAndRestart(other, 5_000);
  }
};
const claimed = { definition: 'errand.claimed', input: { ms: 4_000 } };

/** The other orchestrator crashes with a batch committed and nothing of it sent: whoever takes over has something to send. */
const crashOwner: Provoke = async ({ run, hasCrashed }) => {
  const other = run.world.processes('orchestrator')[1]!;
  while (!hasCrashed()) {
    await other.stop();
    await other.start({ ORQUESTRA_CRASH_POINT: 'batch.committed:25' });
    await Promise.race([other.end(), pause(10_000)]);
    await until(() => (hasCrashed() ? true : undefined), 2 * leaseMs);
    await run.fault(`crash of ${other.spec.name}`, () => other.start().then(() => undefined));
  }
};

/** What has to be done to the processes, where neither load nor errands lead to a point. */
export const provocations = { stop, deleteStepQueue, killWorker, killClaimant, crashOwner } satisfies Readonly<
  Record<string, Provoke>
>;

export type ProvocationName = keyof typeof provocations;
