import { readFileSync } from 'node:fs';
import { monoMs } from '../ledger/ledger-record.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { each, startMany } from '../workload/many.js';
import { alarm, measureLateness } from './timer-herd.js';

const waiting = { name: 'faults.waiting', version: '1.0.0', steps: [{ id: 'go', type: 'event', names: ['go'] }] };

export const waitingRestart: Scenario = {
  id: 'F27',
  title: 'thousands waiting when everything restarts',
  inject: 'kill -9 of every process of the product while thousands of timers and waits for events are open; all started again',
  mustHold: 'I7, I14, I17; ready within 30 s, memory bounded, no timer early',
  floors: { interrupted: 0, restarted: ['gateway', 'orchestrator', 'worker'] },
  async run(run) {
    await run.world.register([alarm, waiting]);
    const count = run.scaled({ smoke: 500, matrix: 5_000, full: 10_000 });
    const due = Date.now() + run.scaled({ smoke: 30_000, matrix: 75_000, full: 120_000 });
    const timers = Array.from({ length: count }, (_, n) => new Date(due + (n % 10) * 1_000).toISOString());
    await startMany(run, timers.map((until) => ({ definition: alarm.name, input: { until } })), 'completed');
    const waits = await startMany(run, Array.from({ length: count }, () => ({ definition: waiting.name })), 'completed');
    await restartAll(run);
    if (Date.now() > due) throw new Error('expected the restart to be over before the first timer is due');
    await each(waits, 64, async (id) => void (await run.world.client.sendEventToInstance(id, { name: 'go', id: `go-${id}` }, { waitMs: 0 })));
    await pause(due + 10_000 - Date.now());
    await run.atRest();
    await measureLateness(run, count);
  },
}; // prettier-ignore

async function restartAll(run: Run): Promise<void> {
  const { cluster } = run.world;
  const begun = monoMs();
  await Promise.all(cluster.members.map((member) => run.killAndRestart(member)));
  run.measure('all ready again', monoMs() - begun, 'ms', 30_000);
  for (const member of cluster.members) {
    const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${member.pid}/status`, 'utf8'))?.[1] ?? '0';
    run.measure(`memory of ${member.spec.name} once ready`, Number(resident) / 1_024, 'MiB', 400);
  }
}
