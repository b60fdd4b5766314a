import { textTable } from '#libs/testing';
import type { Outcome, Report, ScenarioReport } from './report.js';

const marks: Readonly<Record<Outcome, string>> = {
  held: '✓ held',
  violated: '✕ violated',
  empty: '○ proves nothing',
  error: '✕ error',
};
const whole = (value = 0): string => value.toLocaleString('en-US');
const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

/** From the end of the last fault to the end of what was open then. */
function recovery({ measures }: ScenarioReport): string {
  const found = ['p50', 'p95', 'longest'].map((name) => measures.find((one) => one.name === `recovery of an instance ${name}`));
  return found.some((one) => one === undefined) ? '–' : found.map((one) => seconds(one!.value)).join(' / ');
}

const sumOf = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, one) => sum + one, 0);

/** What each scenario came to with each seed: one line each. */
export const tableHead = [
  ...['', 'scenario', 'seed', 'outcome', 'instances', 'acknowledged', 'executions', 'repeated'],
  ...['faults', 'interrupted', 'recovery p50 / p95 / max, s', 'violations', 's'],
];

export const tableRows = ({ scenarios }: Pick<Report, 'scenarios'>): string[][] =>
  scenarios.map((one) => [
    ...[one.id, one.title, String(one.seed), marks[one.outcome], whole(sumOf(one.instances))],
    `${whole(one.counts['acknowledged'])} of ${whole(one.counts['starts'])}`,
    ...['executions', 'repeated', 'faults', 'interrupted'].map((name) => whole(one.counts[name])),
    ...[recovery(one), String(one.violations.length), String(one.seconds)],
  ]);

/** In one sentence. */
export const totalsText = ({ totals, seeds, scale, seconds: took }: Report): string =>
  `${totals.held} of ${totals.scenarios} runs of scenarios held, ${totals.violations} violations; ${whole(totals.instances)} instances, ${whole(totals.executions)} executions, ${whole(totals.faults)} faults; ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}, ${scale}, ${took} s`;

export const reportTable = (report: Report): string =>
  [textTable(tableHead, tableRows(report)), ...report.scenarios.flatMap(detailsOf), totalsText(report)].join('\n');

const detailsOf = ({ id, seed, violations, notes }: ScenarioReport): string[] => [
  ...notes.map((text) => `  ${id} (${seed}) ${text}`),
  ...violations.slice(0, 10).map(({ invariant, message }) => `  ${id} (${seed}) ${invariant}: ${message}`),
];

/** Figures of one scenario, one a line. */
export const measuresText = ({ measures }: ScenarioReport): string =>
  measures
    .map(({ name, value, unit, limit }) =>
      `    ${name}: ${whole(value)} ${unit}${limit === undefined ? '' : ` (at most ${whole(limit)})`}`.trimEnd(),
    )
    .join('\n');
