import { percentile, type Role, type TestProcess } from '#libs/testing';
import { untilAtRest } from './checks/quiesce.js';
import { Caller } from './history/caller.js';
import { History } from './history/history.js';
import { monoMs } from './ledger/ledger-record.js';
import type { Random } from './random.js';
import type { Scenario } from './scenario.js';
import { type Load, Workload } from './workload/workload.js';
import type { World } from './world/world.js';

/** Something done to the system, from its beginning until it was undone. CLOCK_MONOTONIC, ms. */
export interface InjectedFault {
  readonly name: string;
  readonly fromMs: number;
  toMs: number;
  /** Executions under way in the processes it hit when it struck. */
  readonly interrupted: number;
}

/** A figure of a scenario; one beyond its limit is a violation. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** At most. */
  readonly limit?: number;
}

export interface Violation {
  /** `I5`, or another promise in a word. */
  readonly invariant: string;
  readonly message: string;
}

/** A line of a table: the same columns in each. */
export type Row = Readonly<Record<string, string | number | boolean>>;

/** `smoke`: seconds, in CI. `matrix`: long waits are shortened. `full`: as the scenario says. */
export type Scale = 'smoke' | 'matrix' | 'full';

export interface RunSettings {
  readonly scale: Scale;
  /** Of the soak. */
  readonly minutes?: number;
  /** Crash points, default all. */
  readonly points?: readonly string[];
  /** A folder that gets what every process printed last, at most 5,000 lines of each. */
  readonly logs?: string;
}

/** One run of a scenario: what it works with, and what it finds out. */
export class Run implements AsyncDisposable {
  readonly faults: InjectedFault[] = [];
  readonly measures: Measure[] = [];
  readonly violations: Violation[] = [];
  /** A table of the scenario's own, where figures do not do. */
  readonly rows: Row[] = [];
  /** For whoever looks into it. */
  readonly notes: string[] = [];
  /** Checked, by invariant: how many things were looked at. */
  readonly checked = new Map<string, number>();
  readonly restarted = new Set<string>();
  /** Never drawn: they are to live through all of it. */
  readonly spared = new Set<TestProcess>();
  /** Killed, and not ready again yet. */
  private readonly restarting = new Set<TestProcess>();
  readonly history = new History();
  readonly caller = new Caller(this.history);
  readonly workload: Workload;
  /** Instances beside the workload's: how each of them must end. */
  readonly own = new Map<string, string>();
  readonly begunAtMs = monoMs();
  /** When the last load of `underLoad` ended. */
  loadedUntilMs = 0;

  constructor(
    readonly scenario: Scenario,
    readonly world: World,
    readonly random: Random,
    readonly settings: RunSettings,
  ) {
    this.workload = this.newWorkload();
  }

  /** Another set of clients, with a mix or durations of their own; its instances are not judged by the frame unless it is `run.workload`. */
  private newWorkload(): Workload {
    return new Workload({ caller: this.caller, origins: this.world.cluster.urls, random: this.random.fork('workload') });
  }

  /** By the scale of the run. */
  scaled<T>(values: Readonly<Record<Scale, T>>): T {
    return values[this.settings.scale];
  }

  /**
   * Records a fault around `action`, which ends when the fault is over.
   * @param hit processes whose executions it interrupts; default: all
   */
  async fault<T>(name: string, action: () => Promise<T>, hit?: readonly TestProcess[]): Promise<T> {
    const { ledger } = this.world;
    const interrupted =
      hit === undefined ? ledger.running().length : hit.reduce((sum, { pid }) => sum + ledger.running(pid).length, 0);
    const fault = { name, fromMs: monoMs(), toMs: Number.POSITIVE_INFINITY, interrupted };
    this.faults.push(fault);
    try {
      return await action();
    } finally {
      fault.toMs = monoMs();
    }
  }

  /** Starts instances for as long as `action` takes, so that there is always something to hit. Resolves when all starts are answered. */
  async underLoad<T>(action: () => Promise<T>, load: Omit<Load, 'signal'> = { perSecond: usualRate }): Promise<T> {
    const ending = new AbortController();
    const loading = this.workload.start({ ...load, signal: ending.signal });
    try {
      return await action();
    } finally {
      ending.abort();
      await loading;
      this.loadedUntilMs = monoMs();
    }
  }

  /** Resolves as soon as so many executions are under way (in one worker, or in all): there is something to interrupt. */
  async inFlight(least: number, worker?: () => TestProcess): Promise<void> {
    const { ledger } = this.world;
    await ledger.reached(`${least} executions under way`, () => ledger.running(worker?.().pid).length >= least);
  }

  /** kill -9, and a start after `downMs`; a fault until the process is ready again. */
  async killAndRestart(process: TestProcess, downMs = 0): Promise<void> {
    const isWorker = process.spec.name.startsWith('worker');
    this.restarting.add(process);
    await this.fault(
      `kill -9 ${process.spec.name}`,
      async () => {
        const { pid } = process;
        await process.kill();
        if (pid !== undefined) this.world.ledger.forget(pid);
        await pause(downMs);
        await process.start();
      },
      isWorker ? [process] : undefined,
    );
    this.restarting.delete(process);
    this.restarted.add(process.spec.name.split('-')[0]!);
  }

  /** A server is away from `end` until `begin` has resolved, with what is done meanwhile in between. */
  async outage(
    server: 'database' | 'broker',
    name: string,
    end: () => Promise<void>,
    meanwhile: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    await this.fault(name, async () => {
      await end();
      await meanwhile();
      await this.world[server].start();
    });
    this.restarted.add(server);
  }

  /** No process of the product may end while `action` runs. */
  async survives(action: () => Promise<void>): Promise<void> {
    const before = new Map(this.world.cluster.members.map((one) => [one, one.pid]));
    await action();
    const ended = [...before].filter(([one, pid]) => !one.isRunning || one.pid !== pid).map(([one]) => one);
    this.check(
      'exit',
      before.size,
      ended.map((one) => `${one.spec.name} has ended by itself: ${one.tail(3)}`),
    );
  }

  /** The longest time in which no step began, ms. */
  longestGapMs(fromMs: number, toMs: number): number {
    const begins = this.world.ledger.executions.map(({ beganAtMs }) => beganAtMs).filter((at) => at > fromMs && at < toMs);
    const marks = [fromMs, ...begins, toMs].sort((a, b) => a - b);
    return Math.max(0, ...marks.slice(1).map((at, i) => at - marks[i]!));
  }

  /** Answers to calls that began between: their times, ms, at the 99th percentile and at most. */
  measureCalls(what: string, fromMs: number, toMs: number): void {
    const calls = this.history.calls.filter(
      ({ invokedAtMs, answeredAtMs }) => invokedAtMs > fromMs && invokedAtMs < toMs && answeredAtMs !== undefined,
    );
    if (calls.length === 0) return;
    const times = calls.map(({ invokedAtMs, answeredAtMs }) => answeredAtMs! - invokedAtMs);
    this.measure(`calls ${what}`, calls.length, '');
    this.measure(`calls ${what}: not done, and said so`, calls.filter(({ knowledge }) => knowledge !== 'ok').length, '');
    this.measure(`answer to a call ${what} p99`, percentile(times, 0.99), 'ms');
    this.measure(`answer to a call ${what}, longest`, Math.max(...times), 'ms', mostAnswerMs);
  }

  /** SIGSTOP for so long, then SIGCONT. */
  async freeze(process: TestProcess, forMs: number): Promise<void> {
    const isWorker = process.spec.name.startsWith('worker');
    const stopped = async (): Promise<void> => {
      process.freeze();
      await pause(forMs);
      process.thaw();
    };
    await this.fault(`SIGSTOP ${process.spec.name}`, stopped, isWorker ? [process] : undefined);
  }

  /** Everything is healed, and nothing is open any more; what is stuck, `judge` tells. */
  async atRest(): Promise<void> {
    await this.world.heal();
    await this.workload.settled(60_000);
    await untilAtRest(this.world);
  }

  /** The worker that runs the most executions now. */
  busiestWorker(): TestProcess {
    const load = ({ pid }: TestProcess): number => this.world.ledger.running(pid).length;
    const [most] = this.ready('worker').sort((a, b) => load(b) - load(a));
    if (most === undefined) throw new Error('expected a worker that runs, but there is none');
    return most;
  }

  /** One that is drawn. */
  anyOf(role: Role): TestProcess {
    return this.random.pick(this.ready(role));
  }

  private ready(role: Role): TestProcess[] {
    return this.world.processes(role).filter((one) => one.isRunning && !this.restarting.has(one) && !this.spared.has(one));
  }

  measure(name: string, value: number, unit: string, limit?: number): void {
    this.measures.push({ name, value: Math.round(value * 10) / 10, unit, ...(limit !== undefined && { limit }) });
    if (limit !== undefined && value > limit)
      this.violate('limit', `${name}: expected at most ${limit} ${unit}, but it was ${Math.round(value)}`);
  }

  row(row: Row): void {
    this.rows.push(row);
  }

  /** Counts a check; a message is a violation. */
  check(invariant: string, looked: number, messages: readonly string[] = []): void {
    this.checked.set(invariant, (this.checked.get(invariant) ?? 0) + looked);
    for (const message of messages) this.violate(invariant, message);
  }

  private violate(invariant: string, message: string): void {
    this.violations.push({ invariant, message });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.caller[Symbol.asyncDispose]();
  }
}

/** A gateway answers sooner than clients give up, whatever is away behind it. */
const mostAnswerMs = 30_000;

/** Starts a second: about ten times as many steps. */
const usualRate = 15;

/** Waits: that time passes is part of what is tested. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
