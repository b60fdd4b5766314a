import type { TestProcess } from '#libs/testing';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { inspectable, keptMiB } from '../world/kept-memory.js';

type Blow = (run: Run) => Promise<void>;

/** All that may happen at any time. */
const blows: readonly Blow[] = [
  (run) => run.killAndRestart(run.anyOf('orchestrator'), run.random.between(0, 3_000)),
  (run) => run.killAndRestart(run.busiestWorker(), run.random.between(0, 3_000)),
  (run) => run.killAndRestart(run.anyOf('gateway'), run.random.between(0, 3_000)),
  (run) => run.freeze(run.anyOf('orchestrator'), run.random.between(1_000, 12_000)),
  (run) => run.freeze(run.anyOf('worker'), run.random.between(1_000, 12_000)),
  async (run) => {
    const { broker } = run.world;
    await run.fault('kill -9 broker', () => broker.kill().then(() => broker.start()));
    run.restarted.add('broker');
  },
  async (run) => {
    const { database } = run.world;
    await run.fault('immediate stop of the database', () => database.restart('immediate'));
    run.restarted.add('database');
  },
  async (run) => {
    const { links } = run.world;
    const name = run.anyOf(run.random.pick(['orchestrator', 'worker'])).spec.name;
    const link = links.of(name, 'broker');
    await run.fault(`link of ${name} to the broker cut`, async () => {
      link.open(false);
      await pause(run.random.between(500, 5_000));
      link.open(true);
    });
  },
];

/** Of I24, in a run that is long enough to tell a slope from what moves anyway. */
const slopeMost = 1;
const slopeFromMinutes = 20;

/** What processes keep that live through all of it, over the three quarters of the time that come after a warm-up. */
class Growth {
  private readonly before = new Map<TestProcess, number>();
  private sinceMs = 0;

  async begin(processes: Iterable<TestProcess>): Promise<void> {
    for (const one of processes) this.before.set(one, await keptMiB(one));
    this.sinceMs = performance.now();
  }

  async tell(run: Run): Promise<void> {
    const minutes = (performance.now() - this.sinceMs) / 60_000;
    for (const [one, before] of this.before) {
      const slope = ((await keptMiB(one)) - before) / minutes;
      run.measure(`${one.spec.name} keeps more`, slope, 'MiB a minute', minutes >= slopeFromMinutes ? slopeMost : undefined);
    }
  }
}

export const soak: Scenario = {
  id: 'F41',
  title: 'soak',
  inject: 'a fault drawn every 5 to 10 s: kills, stops, a broker and a database that crash, cut links; --minutes long',
  mustHold: 'all invariants; memory, descriptors and sessions bounded (of each role one process is spared, and looked at)',
  world: { env: { NODE_OPTIONS: inspectable } },
  floors: { faults: 5, interrupted: 50, restarted: ['orchestrator', 'worker'] },
  async run(run) {
    const forMs = (run.settings.minutes ?? run.scaled({ smoke: 1, matrix: 2, full: 60 })) * 60_000;
    for (const role of ['gateway', 'orchestrator', 'worker'] as const) run.spared.add(run.world.processes(role).at(-1)!);
    const growth = new Growth();
    await run.underLoad(async () => {
      const begun = performance.now();
      let isWarm = false;
      for (let blow = 0; performance.now() < begun + forMs; blow += 1) {
        if (!isWarm && performance.now() > begun + forMs / 4) {
          await growth.begin(run.spared);
          isWarm = true;
        }
        await run.inFlight(6); // there is something to hit, however fast the machine
        await (blows.slice(0, 2)[blow] ?? run.random.pick(blows))(run); // a short run, too, loses an orchestrator and a worker
        await pause(run.random.between(5_000, 10_000));
      }
      await growth.tell(run);
    });
    await run.atRest();
  },
};
