import type { InstanceQuery } from '#libs/client';
import type { InstanceSummary } from '#libs/contracts';
import { endedInstanceStatuses, instanceLifecycle } from '#libs/engine';
import { UsageError } from '../cli-error.js';
import type { Context } from '../context.js';
import { nearest } from '../nearest.js';
import { statusText } from '../output/status.js';
import { cut, plain } from '../output/text.js';
import { ago, elapsed } from '../output/times.js';

interface ListOptions extends Pick<InstanceQuery, 'definition' | 'key' | 'parent' | 'from' | 'to'> {
  readonly status?: readonly string[];
  readonly tag?: Readonly<Record<string, string>>;
  readonly limit: number;
  readonly all?: boolean;
}

export async function listInstances({ shell, printer, client }: Context, options: ListOptions): Promise<void> {
  const { definition, key, parent, from, to, tag, all, limit } = options;
  const most = all ? Number.POSITIVE_INFINITY : limit;
  const status = statusesOf(options.status);
  const query: InstanceQuery = { definition, key, parent, from, to, status, tags: tag, pageSize: Math.min(most, 200) };
  const found: InstanceSummary[] = [];
  let isCut = false;
  for await (const item of client.listInstances(query)) {
    if (found.length >= most) {
      isCut = true;
      break;
    }
    if (printer.isJson) printer.json(item);
    found.push(item);
  }
  if (printer.isJson) return;
  const now = shell.now();
  printer.list(
    found,
    ['id', 'status', 'definition', 'key', 'steps', 'current step', 'started', 'took', 'summary'],
    (item) => [
      item.id,
      statusText(item.status, printer.colours),
      `${item.definition}@${item.version}`,
      cut(plain(item.key ?? '–'), 24),
      `${item.stepsDone}/${item.stepsTotal}`,
      cut(plain(item.errorCode ?? item.currentStep ?? '–'), 24),
      ago(item.startedAt ?? item.createdAt, now),
      elapsed(item.startedAt, item.endedAt, now),
      cut(plain(item.summary ?? ''), 40),
    ],
    'No instances. Start one: orquestra instance start <definition>',
  );
  if (isCut) printer.note(`The newest ${most}; more with --limit or --all.`);
}

/** `open` and `ended` stand for the statuses they mean. */
const groups: Readonly<Record<string, readonly string[]>> = {
  open: Object.keys(instanceLifecycle).filter((status) => !endedInstanceStatuses.has(status as never)),
  ended: [...endedInstanceStatuses],
};

export function statusesOf(wanted: readonly string[] | undefined): string[] | undefined {
  const known = Object.keys(instanceLifecycle);
  return wanted?.flatMap((status) => {
    const group = groups[status];
    if (group !== undefined) return group;
    if (known.includes(status)) return [status];
    const near = nearest(status, [...known, ...Object.keys(groups)]);
    throw new UsageError(
      `expected a status of instances, but found "${status}"`,
      near ? `Did you mean ${near}?` : `Statuses: ${known.join(', ')}; open and ended for all of these.`,
    );
  });
}
