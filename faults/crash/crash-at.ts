import { crashExitCode, type CrashPointFacts } from '#libs/platform';
import type { CountingServer, ProcessEnd, TestProcess } from '#libs/testing';
import { ended } from '../checks/quiesce.js';
import { withDatabase } from '../checks/stored-facts.js';
import { monoMs } from '../ledger/ledger-record.js';
import { pause, type Run } from '../run.js';
import { errands } from './errands.js';
import type { Peer } from './peer.js';
import { patientClient } from './errand.js';
import { passages } from './passages.js';
import { type ProvocationName, provocations } from './provoke.js';

/** What became of a crash at one point. */
export interface CrashOutcome {
  readonly point: CrashPointFacts;
  /** Its process came to the point, and ended there. */
  readonly isReached: boolean;
  /** From the crash until the last instance that was open then had ended, ms. */
  readonly recoveredMs: number;
  /** What an errand did not come to. */
  readonly failures: readonly string[];
}

export interface CrashStage {
  readonly run: Run;
  readonly peer: Peer;
  readonly outside: CountingServer;
}

const reachedWithinMs = 90_000;
const startsARound = 30;
const recoveredWithinMs = 90_000;

/** Lets the first process of the point's role crash there, under load, and starts it again. */
export async function crashAt(stage: CrashStage, point: CrashPointFacts): Promise<CrashOutcome> {
  const { run, peer } = stage;
  const victim = run.world.processes(point.role)[0]!;
  await victim.stop();
  const load = new RoundOfLoad(stage, point.name);
  const crash = new Crash(victim);
  await crash.arm(point.name);
  const by = passages[point.name];
  const provoke = by in provocations ? provocations[by as ProvocationName] : undefined;
  const provoking = provoke?.({ run, peer, victim, hasCrashed: () => crash.isOver });
  const isReached = await crash.within(reachedWithinMs);
  load.isLast = true;
  const at = { monoMs: monoMs(), wallMs: Date.now() };
  await comeBack(run, victim, point);
  const failures = [...(await load.done), ...(await provoking?.then(() => [], (error: unknown) => [String(error)]) ?? [])]; // prettier-ignore
  const recoveredMs = await untilRecovered(run.world.database.url, at.wallMs);
  if (crash.end !== undefined && crash.end.code !== crashExitCode)
    failures.push(
      `expected ${victim.spec.name} to end with ${crashExitCode}, but it was ${JSON.stringify(crash.end)}\n${victim.tail(10)}`,
    );
  return { point, isReached, recoveredMs, failures };
}

/** The armed life of a process. */
class Crash {
  isOver = false;
  end: ProcessEnd | undefined;

  constructor(private readonly victim: TestProcess) {}

  /** Some points lie before a process is ready. */
  async arm(point: string): Promise<void> {
    const started = this.victim.start({ ORQUESTRA_CRASH_POINT: point }).catch(async (error: unknown) => {
      if ((await this.victim.end())?.code !== crashExitCode) throw error;
    });
    await started;
  }

  async within(ms: number): Promise<boolean> {
    const ended = this.victim.end().then((end) => (this.end = end));
    await Promise.race([ended, pause(ms)]);
    this.isOver = true;
    return this.end?.code === crashExitCode;
  }
}

async function comeBack(run: Run, victim: TestProcess, { name, role }: CrashPointFacts): Promise<void> {
  const { pid } = victim;
  const again = async (): Promise<void> => {
    if (victim.isRunning) await victim.stop();
    if (pid !== undefined) run.world.ledger.forget(pid);
    await victim.start();
  };
  await run.fault(`crash at ${name}`, again, role === 'worker' ? [victim] : undefined);
  run.restarted.add(role);
}

/** Errands and the workload, again and again until the crash was there. */
class RoundOfLoad {
  isLast = false;
  readonly done: Promise<string[]>;

  constructor(
    private readonly stage: CrashStage,
    private readonly name: string,
  ) {
    this.done = this.run();
  }

  private async run(): Promise<string[]> {
    const failures: string[] = [];
    for (let pass = 1; pass === 1 || !this.isLast; pass += 1) {
      const results = await Promise.allSettled([
        this.stage.run.workload.start({ starts: startsARound, clients: 8 }),
        ...this.errands(pass),
      ]);
      for (const result of results) if (result.status === 'rejected') failures.push(String(result.reason));
    }
    return failures;
  }

  private errands(pass: number): Promise<void>[] {
    const { run, peer, outside } = this.stage;
    const place = {
      client: patientClient(run.world.cluster.url),
      round: `${this.name}.${pass}`,
      outside,
      peer,
      expect: (id: string, status: string) => void run.own.set(id, status),
    };
    return Object.entries(errands).map(([name, errand]) =>
      errand(place).catch((error: unknown) => Promise.reject(new Error(`${name}: ${String(error)}`))),
    );
  }
}

/** Of the workload alone: how long an errand takes says nothing. */
const openBefore = `SELECT count(*) FILTER (WHERE status NOT IN ${ended})::int AS open,
    max(ended_at)::float8 AS "lastAt" FROM workflow_instances WHERE definition LIKE 'faults.%' AND created_at <= $1 AND (ended_at IS NULL OR ended_at > $1)`;

async function untilRecovered(databaseUrl: string, crashedAtMs: number): Promise<number> {
  const deadline = performance.now() + recoveredWithinMs;
  return withDatabase(databaseUrl, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ open: number; lastAt: number | null }>(openBefore, [crashedAtMs]);
      const { open, lastAt } = rows[0]!;
      if (open === 0) return Math.max(0, (lastAt ?? crashedAtMs) - crashedAtMs);
      if (performance.now() > deadline) return Infinity;
      await pause(100); // the database does not tell
    }
  });
}
