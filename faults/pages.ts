import { readFile, writeFile } from 'node:fs/promises';
import { crashPoints, replacePart } from '#libs/platform';
import { passages } from './crash/passages.js';
import type { Report } from './report.js';
import { tableHead, tableRows, totalsText } from './report-table.js';
import type { Row } from './run.js';
import type { Scenario } from './scenario.js';

const crashPage = 'docs/crash-points.md';
const guarantees = 'docs/guarantees.md';

const markdownTable = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const measured = (report: Report): string => `Measured ${report.startedAt.slice(0, 10)}: ${totalsText(report)}.`;

/** Every point, with what became of a crash there: of several seeds each is told. */
export function crashPointsTable(report: Pick<Report, 'scenarios'>): string {
  const found = Map.groupBy(
    report.scenarios.flatMap(({ id, seed, rows }) => (id === 'F2' ? rows.map((row) => ({ ...row, seed })) : [])),
    ({ point }: Row) => String(point),
  );
  const rows = crashPoints.map(({ name, role, text }) => {
    const runs: readonly Row[] = found.get(name) ?? [];
    const each = (show: (run: Row) => string | number): string => (runs.length === 0 ? '–' : runs.map(show).join(', '));
    return [`\`${name}\``, role, text, passages[name], each(outcomeOf), each(({ recoveredMs }) => String(recoveredMs))];
  });
  return markdownTable(['crash at', 'of', 'done by then, and not', 'led there by', 'outcome', 'recovered in, ms'], rows);
}

const outcomeOf = ({ reached, violations }: Row): string => {
  if (reached !== true) return 'not reached';
  return violations === 0 ? 'held' : `${String(violations)} violations`;
};

/** What came out, into docs/. A crash at every point and a run of every scenario are told; anything else is no news. @returns what was written */
export async function writePages(report: Report, catalogue: readonly Scenario[]): Promise<string[]> {
  const ran = new Set(report.scenarios.map(({ id }) => id));
  const crashedAt = new Set(report.scenarios.flatMap(({ id, rows }) => (id === 'F2' ? rows.map(({ point }) => point) : [])));
  const pages: string[] = [];
  if (crashPoints.every(({ name }) => crashedAt.has(name))) {
    await replace(crashPage, 'crash-points', `${crashPointsTable(report)}\n\n${measured(report)}`);
    pages.push(crashPage);
  }
  if (catalogue.every(({ id }) => ran.has(id))) {
    await replace(guarantees, 'faults', `${markdownTable(tableHead, tableRows(report))}\n\n${measured(report)}`);
    pages.push(guarantees);
  }
  return pages;
}

async function replace(path: string, part: string, content: string): Promise<void> {
  await writeFile(path, replacePart(await readFile(path, 'utf8'), part, content));
}
