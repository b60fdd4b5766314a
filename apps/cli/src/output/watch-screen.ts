import { isStepEnded, type StepStatus } from '#libs/engine';
import { openWaits, stepRows, type Watch } from '../watch-view.js';
import { statusText, type Colours } from './status.js';
import { stepTable, type StepRow } from './step-table.js';
import { duration } from './times.js';
import { waitLines } from './waits.js';

/** Above this many steps the screen shows counts, and only the steps that matter now. */
const mostRows = 30;

export function watchScreen(watch: Watch, nowMs: number, colours: Colours): string {
  const { instance, view } = watch;
  const status = view.seq === 0 ? instance.status : view.status;
  const rows = stepRows(watch);
  const done = rows.filter((row) => isStepEnded(row.status)).length;
  const startedAt = view.startedAt ?? Date.parse(instance.startedAt ?? instance.createdAt);
  const heading = `${colours.bold(`${instance.definition}@${instance.version}`)}  ${instance.id}\n${statusText(status, colours)}  ${done}/${rows.length} steps  ${duration((view.endedAt ?? nowMs) - startedAt)}\n\n`;
  const waits = waitLines(instance.id, openWaits(watch), nowMs);
  const below = waits.length === 0 ? '' : `\nOpen steps\n${waits.join('\n')}\n`;
  if (rows.length <= mostRows) return heading + stepTable(rows, nowMs, colours) + below;
  return `${heading}${counts(rows, colours)}\n\n${stepTable(whatMatters(rows), nowMs, colours)}${below}`;
}

function counts(rows: readonly StepRow[], colours: Colours): string {
  const byStatus = new Map<StepStatus, number>();
  for (const { status } of rows) byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
  return [...byStatus].map(([status, n]) => `${statusText(status, colours)} ${n}`).join('   ');
}

/** Failed first, then what is under way, then what ended last. */
function whatMatters(rows: readonly StepRow[]): StepRow[] {
  const urgency = ({ status }: StepRow): number =>
    status === 'failed'
      ? 0
      : status === 'running' || status === 'retrying' || status === 'cancelling'
        ? 1
        : status === 'scheduled'
          ? 2
          : 3;
  const touched = rows.filter((row) => row.status !== 'pending');
  return touched.sort((a, b) => urgency(a) - urgency(b) || (b.endedAt ?? '').localeCompare(a.endedAt ?? '')).slice(0, mostRows);
}
