import type { LinkShapes } from '#libs/testing';
import { monoMs } from '../ledger/ledger-record.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import type { Server } from '../world/links.js';

/** With heartbeats of 5 s, leases of 5 s and statements that are given up, nothing stands longer than this. */
const mostGapMs = 30_000;
const cut = { isCut: true } as const;

/** Shapes the link of one process for a while; measures how long nothing at all began meanwhile. */
async function shaped(run: Run, process: string, server: Server, name: string, shapes: LinkShapes, forMs: number): Promise<void> {
  const link = run.world.links.of(process, server);
  const fromMs = monoMs();
  await run.fault(`${name}: ${process} and ${server}`, async () => {
    link.shape(shapes);
    await pause(forMs);
    link.shape();
  });
  run.measure(`longest standstill, ${name}: ${process} and ${server}`, run.longestGapMs(fromMs, monoMs()), 'ms', mostGapMs);
  await pause(2_000);
}

const links: readonly (readonly [string, Server])[] = [
  ['worker-1', 'broker'],
  ['orchestrator-1', 'broker'],
  ['orchestrator-2', 'database'],
  ['gateway-1', 'broker'],
  ['gateway-2', 'database'],
];

export const halfOpen: Scenario = {
  id: 'F14',
  title: 'half-open connections',
  inject: 'each link of one process in turn is open and silent for 60 s (15 s in the matrix)',
  mustHold: 'I8: noticed within 30 s by heartbeats and time-outs; no wait without an end',
  floors: { faults: 5, interrupted: 30 },
  async run(run) {
    const forMs = run.scaled({ smoke: 12_000, matrix: 15_000, full: 60_000 });
    await run.survives(() =>
      run.underLoad(async () => {
        for (const [process, server] of links) {
          await run.inFlight(5);
          await shaped(run, process, server, 'half-open', { up: cut, down: cut }, forMs);
        }
      }),
    );
  },
};

export const oneWay: Scenario = {
  id: 'F15',
  title: 'connections cut in one direction',
  inject: 'a worker hears the broker and is not heard; an orchestrator is not heard by the database; then the other way round',
  mustHold: 'I3, I4: leases run out, work moves; who comes back is fenced',
  floors: { faults: 4, interrupted: 20 },
  async run(run) {
    const forMs = run.scaled({ smoke: 12_000, matrix: 15_000, full: 60_000 });
    await run.survives(() =>
      run.underLoad(async () => {
        await run.inFlight(10);
        await shaped(run, 'worker-1', 'broker', 'not heard', { up: cut }, forMs);
        await shaped(run, 'orchestrator-1', 'database', 'not heard', { up: cut }, forMs);
        await shaped(run, 'worker-2', 'broker', 'hears nothing', { down: cut }, forMs);
        await shaped(run, 'orchestrator-2', 'database', 'hears nothing', { down: cut }, forMs);
      }),
    );
  },
};
