import { Option, type Command } from 'commander';
import {
  incidentKinds,
  type IncidentKind,
  type IncidentOutcome,
  type IncidentsActed,
  incidentStatuses,
  type IncidentStatus,
  lostStepDecisions,
  type LostStepDecision,
} from '#libs/contracts';
import { listed, positiveInteger } from '../arguments.js';
import { UsageError } from '../cli-error.js';
import type { Context } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { readJson } from '../input.js';
import { count, cut, plain } from '../output/text.js';
import { ago } from '../output/times.js';
import type { Bind } from '../program.js';
import { type ActOptions, byText, reasonText, whoOf } from './acted.js';
import { takeFirst } from './operator-log.js';

interface Conditions {
  readonly kind?: IncidentKind[];
  readonly code?: string;
  readonly path?: string;
  readonly instance?: string;
  readonly definition?: string;
  readonly from?: string;
  readonly to?: string;
}
interface ListOptions extends Conditions {
  readonly status?: IncidentStatus;
  readonly groups?: boolean;
  readonly limit: number;
}
interface RedriveOptions extends Conditions, ActOptions {
  readonly like?: string;
  readonly edit?: string;
  readonly decision?: LostStepDecision;
  readonly output?: string;
  readonly dryRun?: boolean;
}

const withConditions = (command: Command): Command =>
  command
    .option('--kind <kinds>', `of these kinds, by comma: ${incidentKinds.join(', ')}`, listed)
    .option('--code <code>', 'with this code')
    .option('--path <path>', 'of this step; ship/*/pack is the step whatever the round')
    .option('--instance <id>', 'of this instance')
    .option('-d, --definition <name>', 'of this definition')
    .option('--from <time>', 'seen at or after, ISO 8601')
    .option('--to <time>', 'seen before, ISO 8601');

export function addIncidentCommands(program: Command, bind: Bind): void {
  const incident = program.command('incident').description('what needs a person: dead letters, lost steps, what cannot go on');
  withConditions(incident.command('list').alias('ls').description('list incidents, newest first'))
    .addOption(new Option('--status <status>', 'only these').choices([...incidentStatuses]))
    .option('--groups', 'those that are alike, and how many they are')
    .option('--limit <n>', 'at most so many; default 50', positiveInteger, 50)
    .action(bind(list));
  incident.command('show').alias('get').description('one incident, with its message').argument('<id>').action(bind(show));
  const acting = (name: string, description: string): Command =>
    withConditions(incident.command(name).description(description).argument('[ids...]', 'of incidents; or name conditions'))
      .option('--like <id>', 'all open ones of the group of this one')
      .option('--dry-run', 'only say how many there are')
      .option('-r, --reason <text>', reasonText)
      .option('--by <name>', byText);
  acting('redrive', 'handle messages again, or decide about lost steps')
    .option('--edit <json>', 'in place of the message or of the input of the step: JSON, @file or -')
    .addOption(new Option('--decision <what>', 'of a lost step').choices([...lostStepDecisions]))
    .option('--output <json>', 'with --decision complete')
    .action(bind(redrive));
  acting('discard', 'close without doing anything; --reason is required').action(bind(discard));
  acting('resolve', 'close what was mended by hand').action(bind(resolve));
}

async function list({ printer, client, shell }: Context, { limit, groups, status, ...conditions }: ListOptions): Promise<void> {
  if (groups) {
    const found = await client.incidentGroups({ ...conditions, limit: Math.min(limit, 200) });
    return printer.list(
      found.groups,
      ['count', 'kind', 'code', 'step', 'definition', 'last', 'sample'],
      (group) => [
        ...[String(group.count), group.kind, group.code ?? '–', plain(group.step ?? '–'), group.definition ?? '–'],
        ...[ago(group.lastAt, shell.now()), group.sample],
      ],
      'Nothing needs anybody.',
    );
  }
  const found = await takeFirst(
    client.listIncidents({ ...conditions, ...(status && { status }), pageSize: Math.min(limit, 200) }),
    limit,
  );
  printer.list(
    found,
    ['incident', 'status', 'kind', 'times', 'last', 'step', 'reason'],
    (one) => [
      ...[one.id, one.status === 'open' ? printer.colours.yellow('○ open') : `● ${one.status}`, one.kind, String(one.deliveries)],
      ...[ago(one.lastAt, shell.now()), plain(one.path ?? '–'), cut(plain(one.reason), 80)],
    ],
    'Nothing needs anybody.',
  );
}

async function show({ printer, client, shell }: Context, _: unknown, id: string): Promise<void> {
  const one = await client.getIncident(id);
  if (printer.isJson) return printer.json(one);
  const { kind, status, reason, instance, path, deliveries, redrives, at, headers, raw, error, result } = one;
  printer.line(`${kind} ${status}  ${one.id}`);
  printer.line(`  ${plain(reason)}`);
  if (instance !== null) printer.line(`  instance ${instance}${path === null ? '' : `, step ${plain(path)}`}`);
  printer.line(`  first ${ago(at, shell.now())}, ${count(deliveries, 'time')}, redriven in vain ${count(redrives, 'time')}`);
  if (result !== null) printer.line(`  last redrive: ${plain(result)}`);
  if (headers !== null) printer.line(`  headers ${plain(JSON.stringify(headers))}`);
  if (raw !== null) printer.line(`  message (${raw.bytes} bytes) ${cut(plain(raw.text ?? raw.base64 ?? ''), 4_000)}`);
  if (error !== null) for (const line of error.split('\n')) printer.line(`  ${plain(line)}`);
  if (status === 'open' && one.redrive !== null) printer.note(`Redrive it: orquestra incident redrive ${one.id}`);
}

async function redrive(context: Context, options: RedriveOptions, ids: string[]): Promise<number> {
  const { edit, output, decision } = options;
  return act(context, await selected(context, options, ids), (request) => context.client.redriveIncidents(request), {
    ...(edit !== undefined && { edit: await readJson(edit, '--edit', context.shell) }),
    ...(output !== undefined && { output: await readJson(output, '--output', context.shell) }),
    ...(decision && { decision }),
  });
}

async function discard(context: Context, options: RedriveOptions, ids: string[]): Promise<number> {
  const { reason } = options;
  if (reason === undefined) throw new UsageError('expected --reason: whoever looks for the message finds it in the operator log');
  return act(context, await selected(context, options, ids), (request) =>
    context.client.discardIncidents({ ...request, reason }),
  );
}

const resolve = async (context: Context, options: RedriveOptions, ids: string[]): Promise<number> =>
  act(context, await selected(context, options, ids), (request) => context.client.resolveIncidents(request));

type Request = Parameters<Context['client']['resolveIncidents']>[0];

async function act(
  { printer }: Context,
  request: Request,
  send: (request: Request) => Promise<IncidentsActed>,
  more: object = {},
): Promise<number> {
  const acted = await send({ ...request, ...more });
  if (printer.isJson) printer.json(acted);
  else tell(printer, acted);
  return acted.items.some(isFailed) ? exitCodes.refused : exitCodes.ok;
}

const isFailed = ({ outcome }: IncidentOutcome): boolean => outcome === 'refused' || outcome === 'unknown';

function tell(printer: Context['printer'], { items, total, dryRun, job }: IncidentsActed): void {
  const all = `${total.atLeast ? 'at least ' : ''}${count(total.count, 'incident')}`;
  if (dryRun) return printer.line(`It would be ${all}`);
  if (job !== null) return printer.line(`${all}, as a job: orquestra bulk get ${job} --wait`);
  if (items.length === 0) printer.line('There is none.');
  for (const { id, outcome, message, code } of items)
    printer.line(
      `${isFailed({ outcome } as IncidentOutcome) ? '✗' : '✓'} ${id}  ${outcome}${code === null ? '' : ` ${code}`}: ${plain(message)}`,
    );
}

/** Either ids, or the group of one, or conditions. */
async function selected(context: Context, options: RedriveOptions, ids: string[]): Promise<Request> {
  const { kind, code, path, instance, definition, from, to, like, reason, dryRun = false } = options;
  const filter = Object.fromEntries(
    Object.entries({ kind, code, path, instance, definition, from, to }).filter(([, value]) => value !== undefined),
  );
  const ways = [ids.length > 0, like !== undefined, Object.keys(filter).length > 0];
  if (ways.filter(Boolean).length !== 1)
    throw new UsageError(
      'expected either ids, or --like, or conditions',
      'For example: orquestra incident redrive --code INPUT_INVALID',
    );
  const who = { dryRun, by: whoOf(context, options), ...(reason !== undefined && { reason }) };
  if (ids.length > 0) return { ids, ...who };
  if (like === undefined) return { filter, ...who };
  const one = await context.client.getIncident(like);
  return { group: { kind: one.kind as IncidentKind, code: one.code, step: one.step, definition: one.definition }, ...who };
}
