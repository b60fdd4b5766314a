import { percentile } from '#libs/testing';
import { monoMs } from '../ledger/ledger-record.js';
import type { Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { startMany } from '../workload/many.js';
import { Liveness } from '../world/liveness.js';

const queue = 'hostile';
const blockMs = 3_000;
const work = (task: string, more: object = {}) => ({ id: 'a', task, queue, timeout: '20s', retry: { maxAttempts: 1 }, ...more });
const document = (name: string, step: object) => ({ name: `faults.${name}`, version: '1.0.0', steps: [step], output: null });

/** They harm nobody but themselves, or hold up their process for a while. */
const rude = { never: 'failed', null: 'failed', block: 'completed' } as const;
/** They take their process with them, each time again. */
const deadly = ['spin', 'hoard', 'exit', 'reject'] as const;
const beside = 'faults.beside';
const documents = [
  document('never', work('ledger.never', { timeout: '2s' })),
  document('null', work('ledger.null')),
  document('block', work('ledger.block', { input: { ms: blockMs } })),
  document('beside', work('ledger.work', { input: { ms: 20 } })),
  ...deadly.map((name) => document(name, work(`ledger.${name}`))),
];

export const hostileCode: Scenario = {
  id: 'F33',
  title: 'user code that never returns',
  inject: 'steps that never resolve, throw null, block their worker, loop for ever, use up its memory, end the process, reject unheard: in a queue with a worker of its own, which is replaced when it has ended or does not answer. One process can only do one thing at a time: while a handler blocks it, others in it wait',
  mustHold: 'steps time out; who crashes workers fails after some, and does not go on for ever; steps beside them and other queues go on',
  world: { envOf: { worker: { NODE_OPTIONS: '--max-old-space-size=256' } } },
  floors: { interrupted: 0, restarted: ['worker'] },
  async run(run) {
    const { world } = run;
    await world.register(documents);
    const worker = await world.cluster.add('worker', { ORQUESTRA_WORKER_QUEUES: queue });
    await run.underLoad(async () => {
      await run.inFlight(5);
      await run.fault('rude code', () => besideRude(run), [worker]);
      const fromMs = monoMs();
      await using liveness = new Liveness(worker, (pid) => world.ledger.forget(pid));
      await run.fault('deadly code', () => untilFailed(run, deadly), [worker]);
      run.restarted.add('worker');
      run.measure('longest standstill of other queues meanwhile', run.longestGapMs(fromMs, monoMs()), 'ms', 10_000);
      for (const [what, count] of Object.entries(liveness.counts)) run.measure(`times the worker was found ${what === 'ended' ? 'ended' : 'not to answer'}`, count, '');
      run.check('floor', 1, liveness.counts.ended + liveness.counts.replaced > 2 ? [] : ['the worker was to be ended by what it ran']);
    });
    await run.atRest();
    const { id } = await world.client.startInstance({ definition: beside });
    run.own.set(id, 'completed');
    await world.client.waitForInstance(id, { timeoutMs: 60_000 });
  },
}; // prettier-ignore

/** Ordinary steps in the process of those that never resolve and throw null are as quick as ever; a handler that blocks holds them up once. */
async function besideRude(run: Run): Promise<void> {
  const count = run.scaled({ smoke: 20, matrix: 100, full: 500 });
  const rudeOnes = (['never', 'null'] as const).flatMap((name) => Array.from({ length: 10 }, () => name));
  for (const name of rudeOnes) await startMany(run, [{ definition: `faults.${name}` }], rude[name]);
  const begun = monoMs();
  const ids = new Set(await startMany(run, Array.from({ length: count }, () => ({ definition: beside })), 'completed'));
  const own = () => run.world.ledger.executions.filter(({ instance, end }) => ids.has(instance) && end === 'effect');
  await run.world.ledger.reached('the steps beside them', () => own().length === count);
  run.measure(`${count} steps beside them done in`, monoMs() - begun, 'ms');
  run.measure('step of 20 ms beside them p99', percentile(own().map(({ beganAtMs, endedAtMs }) => endedAtMs! - beganAtMs), 0.99), 'ms', 2_000);
  const [blocked] = await startMany(run, [{ definition: 'faults.block' }], rude.block);
  await run.world.client.waitForInstance(blocked!, { timeoutMs: 60_000 });
} // prettier-ignore

async function untilFailed(run: Run, names: readonly string[]): Promise<void> {
  const { client } = run.world;
  const ids = await startMany(run, names.map((name) => ({ definition: `faults.${name}` })), 'failed');
  await Promise.all(ids.map((id) => client.waitForInstance(id, { timeoutMs: 420_000 })));
  for (const [n, id] of ids.entries()) {
    const [step] = await client.steps(id);
    run.measure(`attempts of ${names[n]}`, step?.attempt ?? 0, '', 8);
  }
} // prettier-ignore
