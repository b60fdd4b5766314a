import { machine } from '#libs/testing';
import type { StoredFacts } from './checks/stored-facts.js';
import { monoMs } from './ledger/ledger-record.js';
import type { Measure, Row, Run, Violation } from './run.js';
import type { Scenario, Unavailable } from './scenario.js';

/** `held`: everything promised. `empty`: too little happened to prove anything. `error`: the harness could not go through with it. */
export type Outcome = 'held' | 'violated' | 'empty' | 'error';

/** A line of the report. */
export interface ScenarioReport {
  readonly id: string;
  readonly title: string;
  readonly inject: string;
  readonly mustHold: string;
  readonly seed: number;
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Instances by status, at the end. */
  readonly instances: Readonly<Record<string, number>>;
  /** By invariant: how many things were looked at. */
  readonly checked: Readonly<Record<string, number>>;
  readonly measures: readonly Measure[];
  readonly violations: readonly Violation[];
  /** A table of its own, of some scenarios. */
  readonly rows: readonly Row[];
  /** Why it proves nothing, or what went wrong. */
  readonly notes: readonly string[];
}

export interface Report {
  readonly machine: object;
  readonly startedAt: string;
  /** Of its scenarios. */
  readonly seeds: readonly number[];
  readonly scale: string;
  readonly seconds: number;
  readonly totals: {
    readonly scenarios: number;
    readonly held: number;
    readonly violations: number;
    readonly instances: number;
    readonly executions: number;
    readonly faults: number;
  };
  readonly scenarios: readonly ScenarioReport[];
  readonly unavailable: readonly Unavailable[];
}

const keptViolations = 50;

/** @param seed of the whole run; @param stored absent when it did not come so far */
export function scenarioReport(
  run: Run,
  seed: number,
  stored: StoredFacts | undefined,
  interrupted: number,
  notes: readonly string[],
  isError: boolean,
): ScenarioReport {
  const { scenario, history, world, faults } = run;
  const { executions } = world.ledger;
  const operations = run.workload.operations.length;
  const acknowledged = run.workload.acknowledged.length;
  const short = isError ? [] : tooLittle(run, interrupted);
  const instances: Record<string, number> = {};
  for (const { status } of stored?.instances ?? []) instances[status] = (instances[status] ?? 0) + 1;
  const attempts = new Set(executions.map(({ instance, path, attempt }) => `${instance} ${path} ${attempt}`)).size;
  return {
    id: scenario.id,
    title: scenario.title,
    inject: scenario.inject,
    mustHold: scenario.mustHold,
    seed,
    outcome: isError ? 'error' : run.violations.length > 0 ? 'violated' : short.length > 0 ? 'empty' : 'held',
    seconds: Math.round((monoMs() - run.begunAtMs) / 1_000),
    counts: {
      starts: operations,
      acknowledged,
      calls: history.calls.length,
      refused: history.calls.filter(({ knowledge }) => knowledge === 'fail').length,
      unknown: history.calls.filter(({ knowledge }) => knowledge === 'info').length,
      executions: executions.length,
      repeated: executions.length - attempts,
      faults: faults.length,
      interrupted,
    },
    instances,
    checked: Object.fromEntries(run.checked),
    measures: run.measures,
    rows: run.rows,
    violations: run.violations.slice(0, keptViolations),
    notes: [
      ...notes,
      ...short,
      ...(run.violations.length > keptViolations ? [`${run.violations.length} violations in all`] : []),
    ],
  };
}

/** Of a scenario that never came to a run of its own, or to the end of it in time. */
export const failedReport = (
  { id, title, inject, mustHold }: Scenario,
  seed: number,
  seconds: number,
  why: string,
): ScenarioReport => ({
  ...{ id, title, inject, mustHold, seed, seconds, outcome: 'error', counts: {}, instances: {}, checked: {} },
  ...{ measures: [], violations: [], rows: [], notes: [why] },
});

/** In words: what did not happen that has to, or the run proves nothing. */
function tooLittle(run: Run, interrupted: number): string[] {
  const { acknowledged = 0.6, interrupted: least = 50, faults = 1, restarted = [] } = run.scenario.floors ?? {};
  const { operations, acknowledged: done } = run.workload;
  const found: string[] = [];
  if (done.length < acknowledged * operations.length)
    found.push(`only ${done.length} of ${operations.length} starts were acknowledged`);
  if (operations.length + run.own.size + run.world.ledger.executions.length === 0) found.push('nothing was started');
  if (interrupted < least) found.push(`faults met ${interrupted} executions under way, expected at least ${least}`);
  if (run.faults.length < faults) found.push(`${run.faults.length} faults, expected at least ${faults}`);
  for (const role of restarted) if (!run.restarted.has(role)) found.push(`no ${role} was ended and came back`);
  return found;
}

/** Of runs that were kept apart, all that they found: one report. @throws RangeError for runs of different scales */
export function joined(reports: readonly Report[]): Report {
  const scales = new Set(reports.map(({ scale }) => scale));
  if (scales.size !== 1) throw new RangeError(`expected reports of one scale, but they are of ${[...scales].join(' and ')}`);
  const number = ({ id }: ScenarioReport): number => Number(id.slice(1));
  const names = new Set(reports.map((report) => JSON.stringify(report.machine)));
  if (names.size !== 1) throw new RangeError(`expected reports of one machine, but they are of ${names.size}`);
  const scenarios = reports
    .flatMap((report) => report.scenarios)
    .sort((one, other) => one.seed - other.seed || number(one) - number(other));
  const first = reports.reduce((one, other) => (other.startedAt < one.startedAt ? other : one));
  const seeds = [...new Set(scenarios.map(({ seed }) => seed))];
  const seconds = reports.reduce((sum, report) => sum + report.seconds, 0);
  return {
    ...reportOf(scenarios, first.unavailable, seeds, first.scale, new Date(first.startedAt)),
    machine: first.machine,
    seconds,
  };
}

export function reportOf(
  scenarios: readonly ScenarioReport[],
  unavailable: readonly Unavailable[],
  seeds: readonly number[],
  scale: string,
  startedAt: Date,
): Report {
  const sum = (value: (one: ScenarioReport) => number): number => scenarios.reduce((total, one) => total + value(one), 0);
  return {
    machine: machine(),
    startedAt: startedAt.toISOString(),
    seeds,
    scale,
    seconds: Math.round((Date.now() - startedAt.getTime()) / 1_000),
    totals: {
      scenarios: scenarios.length,
      held: scenarios.filter(({ outcome }) => outcome === 'held').length,
      violations: sum(({ violations }) => violations.length),
      instances: sum(({ instances }) => Object.values(instances).reduce((all, one) => all + one, 0)),
      executions: sum(({ counts }) => counts['executions'] ?? 0),
      faults: sum(({ counts }) => counts['faults'] ?? 0),
    },
    scenarios,
    unavailable,
  };
}
