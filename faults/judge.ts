import { percentile } from '#libs/testing';
import { signalsEach } from './workload/definitions.js';
import { checkHistory, type Finding } from './checks/check-history.js';
import { checkLedger } from './checks/check-ledger.js';
import { stallMs, untilAtRest } from './checks/quiesce.js';
import type { Samples } from './checks/sampler.js';
import { readStored, type StoredFacts } from './checks/stored-facts.js';
import { monoMs } from './ledger/ledger-record.js';
import type { Run } from './run.js';

/** Sessions of PostgreSQL a process may have at most, all pools together. */
const poolsMost = 32;

/** After the scenario: everything is healed, comes to rest, and is looked at. Violations are written down in the run. */
export async function judge(run: Run, samples: () => Samples): Promise<{ stored: StoredFacts; interrupted: number }> {
  const { world, workload } = run;
  await world.heal();
  const endOfFaults = run.faults.reduce((last, { toMs }) => Math.max(last, toMs), run.begunAtMs);
  await workload.settled(60_000);
  const rest = await untilAtRest(world);
  run.check(
    'I8',
    workload.acknowledged.length,
    rest.stuck.map(
      ({ id, definition, status }) => `${id} (${definition}) is ${status}, and nothing has moved for ${stallMs / 1_000} s`,
    ),
  );
  run.measure(
    'all at rest after the last fault and the last start',
    monoMs() - Math.max(endOfFaults, run.loadedUntilMs) - (rest.stuck.length > 0 ? stallMs : 0),
    'ms',
  );
  const stored = await readStored(world.database.url);
  recoveryTimes(run, stored, endOfFaults);
  const answers = run.history.calls.flatMap(({ answeredAtMs, invokedAtMs }) =>
    answeredAtMs === undefined ? [] : [answeredAtMs - invokedAtMs],
  );
  if (answers.length > 0)
    run.measure(
      'answer to a call, longest',
      answers.reduce((most, one) => Math.max(most, one)),
      'ms',
    );
  note(run, 'ends', endsAsDefined(run, stored));
  noteAll(run, checkHistory(run.history, stored, signalsEach));
  noteAll(run, checkLedger(world.ledger.executions, stored, run.faults, samples().takeOvers));
  await verify(run);
  await queuesEmpty(run);
  bounded(run, samples());
  return { stored, interrupted: run.faults.reduce((sum, { interrupted }) => sum + interrupted, 0) };
}

const note = (run: Run, invariant: string, { looked, messages }: Finding): void => run.check(invariant, looked, messages);

function noteAll(run: Run, findings: object): void {
  for (const [invariant, finding] of Object.entries(findings)) note(run, invariant, finding as Finding);
}

/** From the end of the last fault to the end of each instance that was open then. */
function recoveryTimes(run: Run, { instances }: StoredFacts, endOfFaults: number): void {
  const wallOfEnd = Date.now() - (monoMs() - endOfFaults);
  const times = instances.flatMap(({ createdAt, endedAt }) =>
    createdAt < wallOfEnd && endedAt !== null && endedAt > wallOfEnd ? [endedAt - wallOfEnd] : [],
  );
  if (times.length === 0) return;
  const slowest = instances
    .filter(({ createdAt }) => createdAt < wallOfEnd)
    .sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))[0];
  run.notes.push(`the last to end of those open then: ${slowest?.id} (${slowest?.definition})`);
  run.measure('recovery of an instance p50', percentile(times, 0.5), 'ms');
  run.measure('recovery of an instance p95', percentile(times, 0.95), 'ms');
  run.measure('recovery of an instance longest', percentile(times, 1), 'ms');
}

/** No fault changes what an instance comes to. */
function endsAsDefined(run: Run, { instances }: StoredFacts): Finding {
  const expected = new Map(run.workload.operations.map(({ op, entry }) => [op, entry.ends]));
  const own = instances.flatMap((one) => {
    const ends = run.own.get(one.id) ?? (one.op === null ? undefined : expected.get(one.op));
    return ends === undefined ? [] : [{ ...one, ends }];
  });
  const open = new Set(['pending', 'running', 'waiting', 'compensating']); // I8 tells of those
  const wrong = own.filter(({ status, ends }) => status !== ends && !open.has(status));
  return {
    looked: own.length,
    messages: wrong.map(
      ({ id, definition, status, ends, error }) => `${id} (${definition}): expected ${ends}, but it is ${status} ${error ?? ''}`,
    ),
  };
}

/** `orquestra verify` on what is there. */
async function verify(run: Run): Promise<void> {
  const result = await run.world.verify().catch((error: unknown) => String(error));
  if (typeof result === 'string') return run.check('verify', 0, [`it did not come to an end: ${result}`]);
  run.check(
    'verify',
    result.checked,
    result.found.map((violation) => JSON.stringify(violation)),
  );
}

/** I24: no command and no completion is left when nothing is open. A queue that others read (events) does not count. */
async function queuesEmpty(run: Run): Promise<void> {
  const pattern = /^(orquestra\.(?:partition|steps|commands)\S*)\s+(\d+)$/;
  let left: string[] = [];
  for (const deadline = monoMs() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 500))) {
    const listed = (await run.world.broker.ctl('list_queues', 'name', 'messages')).split('\n');
    left = listed.filter((line) => Number(pattern.exec(line)?.[2] ?? 0) > 0);
    if (left.length === 0 || monoMs() > deadline) break;
  }
  run.check(
    'I24',
    1,
    left.map((line) => `a queue is not empty: ${line.replace(/\s+/, ' ')}`),
  );
}

function bounded(run: Run, { taken, rssMiB, descriptors, connections, violations, takeOvers }: Samples): void {
  run.check('I6', taken, violations);
  run.measure(
    'partitions taken over',
    [...takeOvers.at.values()].reduce((sum, times) => sum + times.length, 0),
    '',
  );
  for (const [role, most] of Object.entries(rssMiB)) run.measure(`memory of one ${role}`, most, 'MiB');
  for (const [role, most] of Object.entries(descriptors)) run.measure(`descriptors of one ${role}`, most, '');
  const processes = run.world.processes('gateway').length + run.world.processes('orchestrator').length;
  run.measure('sessions of PostgreSQL', connections, '', poolsMost * processes);
}
