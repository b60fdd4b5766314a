import { readFileSync } from 'node:fs';
import type { TestProcess } from '#libs/testing';
import { shiftableClock, shiftClock } from '../clock/clock-file.js';
import { monoMs } from '../ledger/ledger-record.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { startMany } from '../workload/many.js';
import { alarm, measureLateness } from './timer-herd.js';

const minute = 60_000;
const jumps = [5 * minute, -5 * minute, 1_440 * minute, -1_440 * minute];
const roles = ['orchestrator', 'gateway', 'worker'] as const;
const alarms = 300;
const tick = {
  name: 'faults.tick',
  version: '1.0.0',
  steps: [{ id: 'a', task: 'ledger.work', input: { ms: 1 } }],
};

export const clockJumps: Scenario = {
  id: 'F26',
  title: 'clocks that jump',
  inject: 'the wall clock of one process of each role 5 min and a day ahead and behind, and back again, with timers and a schedule due each second; then all a day ahead at rest. The change to daylight saving is in the tests of schedules',
  mustHold: 'I14, I20: the clock of the database rules, nothing early, no slot twice; nobody runs in circles',
  world: { env: shiftableClock },
  floors: { faults: jumps.length * roles.length, interrupted: 10 },
  async run(run) {
    const eachMs = run.scaled({ smoke: 1_000, matrix: 5_000, full: 60_000 });
    await run.world.register([alarm, tick]);
    const begun = Date.now();
    const inAll = 20_000 + (eachMs + 1_000) * jumps.length * roles.length;
    const due = Array.from({ length: alarms }, (_, n) => begun + 15_000 + (n * (inAll - 15_000)) / alarms);
    const requests = due.map((at) => ({ definition: alarm.name, input: { until: new Date(at).toISOString() } }));
    await startMany(run, requests, 'completed');
    await run.world.client.putTrigger(tick.name, { kind: 'schedule', definition: tick.name, cron: '* * * * * *' });
    await run.survives(() => run.underLoad(async () => {
      for (const role of roles)
        for (const byMs of jumps) {
          await run.inFlight(1);
          await jumped(run, run.anyOf(role), byMs, eachMs);
        }
    }));
    await pause(begun + inAll - Date.now());
    await run.world.client.pauseTrigger(tick.name);
    await run.atRest();
    await measureLateness(run, alarms);
    await checkSlots(run, begun);
    await idleAhead(run);
  },
}; // prettier-ignore

const jumped = (run: Run, one: TestProcess, byMs: number, forMs: number): Promise<void> =>
  run.fault(`clock of ${one.spec.name} by ${byMs / minute} min`, async () => {
    await shiftClock(one, byMs);
    await pause(forMs);
    await shiftClock(one, 0);
  });

/** I20, by the clock of this process, which nobody has moved. */
async function checkSlots(run: Run, begun: number): Promise<void> {
  const [now, messages, started] = [Date.now(), [] as string[], new Set<string>()];
  for await (const { scheduledAt, outcome, instance } of run.world.client.triggerRuns(tick.name, { pageSize: 200 })) {
    const at = Date.parse(scheduledAt);
    if (at > now || at < begun - minute) messages.push(`a slot of ${scheduledAt} was ${outcome}`);
    if (outcome !== 'started' || instance === null) continue;
    if (started.has(scheduledAt)) messages.push(`the slot of ${scheduledAt} was started twice`);
    started.add(scheduledAt);
    run.own.set(instance, 'completed');
  }
  run.check('I20', started.size, messages);
  const slots = Math.floor((now - begun) / 1_000);
  run.measure('slots started', started.size, '');
  run.check('floor', 1, started.size > slots / 3 ? [] : [`only ${started.size} of about ${slots} slots were started`]);
}

/** Share of a core that each process uses with nothing to do and its clock a day ahead. */
async function idleAhead(run: Run): Promise<void> {
  const { members } = run.world.cluster;
  await run.fault('all clocks a day ahead, at rest', async () => {
    await Promise.all(members.map((one) => shiftClock(one, 1_440 * minute)));
    await pause(2_000);
    const [fromMs, before] = [monoMs(), members.map(ticksOf)];
    await pause(5_000);
    const seconds = (monoMs() - fromMs) / 1_000;
    members.forEach((one, n) => run.measure(`${one.spec.name} at rest, a day ahead`, (ticksOf(one) - before[n]!) / seconds, '% of a core', 60));
    await Promise.all(members.map((one) => shiftClock(one, 0)));
  });
} // prettier-ignore

/** Time on the processor, in hundredths of a second. */
function ticksOf({ pid }: TestProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
