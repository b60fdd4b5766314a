import type { ProcessEnd, TestProcess } from '#libs/testing';
import { monoMs } from '../ledger/ledger-record.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';

const drainedWithinMs = 30_000;

export const gracefulStop: Scenario = {
  id: 'F38',
  title: 'graceful stops under load',
  inject: 'SIGTERM to a process of every role under load; a second SIGTERM to one that drains; SIGTERM while the broker is down',
  mustHold: 'drained within 30 s and exit 0; the second signal ends it at once; nothing acknowledged is lost',
  floors: { faults: 5, interrupted: 0, restarted: ['gateway', 'orchestrator', 'worker'] },
  async run(run) {
    const rounds = run.scaled({ smoke: 1, matrix: 2, full: 10 });
    await run.underLoad(async () => {
      for (let round = 0; round < rounds; round += 1)
        for (const role of ['worker', 'orchestrator', 'gateway'] as const) {
          await run.inFlight(5);
          await stopped(run, run.anyOf(role), 'SIGTERM', (one) => one.stop(drainedWithinMs + 10_000), 0);
        }
      await stopped(run, run.busiestWorker(), 'SIGTERM twice', twice, 128 + 15, [0]);
      await withoutBroker(run);
    });
    await run.atRest();
  },
};

/** Ends a process, looks how it ended, and starts it again. @param others exit codes that will do as well */
async function stopped(
  run: Run,
  one: TestProcess,
  how: string,
  end: (one: TestProcess) => Promise<ProcessEnd | undefined>,
  code: number,
  others: readonly number[] = [],
): Promise<void> {
  const { name } = one.spec;
  const begun = monoMs();
  await run.fault(`${how} ${name}`, async () => {
    const ended = await end(one);
    run.measure(`${how}: ${name} ended after`, monoMs() - begun, 'ms', drainedWithinMs);
    const isRight = ended?.code === code || others.includes(ended?.code ?? -1);
    run.check('exit', 1, isRight ? [] : [`${how}: expected ${name} to exit with ${code}, but it was ${JSON.stringify(ended)}\n${one.tail(5)}`]);
    await one.start();
  }, name.startsWith('worker') ? [one] : undefined);
  run.restarted.add(name.split('-')[0]!);
} // prettier-ignore

/** The same signal within half a second counts as one: it comes from the terminal and from npm. */
async function twice(one: TestProcess): Promise<ProcessEnd | undefined> {
  const { pid } = one;
  if (pid === undefined) return undefined;
  process.kill(pid, 'SIGTERM');
  await pause(600);
  if (one.isRunning) process.kill(pid, 'SIGTERM');
  return one.end();
}

async function withoutBroker(run: Run): Promise<void> {
  const { broker } = run.world;
  await run.fault('broker stopped', async () => {
    await broker.stop();
    const ends = (['worker', 'orchestrator', 'gateway'] as const).map((role) => run.anyOf(role));
    const begun = monoMs();
    const ended = await Promise.all(ends.map(async (one) => ({ one, end: await one.stop(drainedWithinMs + 10_000) })));
    run.measure('SIGTERM without the broker: all ended after', monoMs() - begun, 'ms', drainedWithinMs);
    const wrong = ended.filter(({ end }) => end?.code !== 0);
    run.check('exit', ended.length, wrong.map(({ one, end }) => `without the broker: expected ${one.spec.name} to exit with 0, but it was ${JSON.stringify(end)}`));
    await broker.start();
    await Promise.all(ends.map((one) => one.start()));
  });
} // prettier-ignore
