import { setTimeout as delay } from 'node:timers/promises';
import { Argument, type Command } from 'commander';
import { type BulkAction, bulkActions, type BulkDryRun, type BulkJob, type BulkRequest } from '#libs/contracts';
import { listed, positiveInteger, tagPair } from '../arguments.js';
import { UsageError } from '../cli-error.js';
import type { Context } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { count, plain } from '../output/text.js';
import type { Bind } from '../program.js';
import { type ActOptions, byText, reasonText, whoOf } from './acted.js';
import { statusesOf } from './instance-list.js';

interface StartOptions extends ActOptions {
  readonly definition?: string;
  readonly status?: readonly string[];
  readonly key?: string;
  readonly tag?: Readonly<Record<string, string>>;
  readonly from?: string;
  readonly to?: string;
  readonly id?: readonly string[];
  readonly perSecond?: number;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
}

const lookMs = 500;
const idText = 'id of the bulk job';

export function addBulkCommands(program: Command, bind: Bind): void {
  const bulk = program.command('bulk').description('one action on many instances, as a job of the server');
  bulk
    .command('start')
    .description('do it to every instance that meets all conditions')
    .addArgument(new Argument('<action>', 'what to do').choices(bulkActions))
    .option('-d, --definition <name>', 'of this definition')
    .option('--status <status>', 'in these statuses, by comma', listed)
    .option('-k, --key <key>', 'with this key')
    .option('--tag <name=value>', 'with this tag', tagPair)
    .option('--from <time>', 'created at or after, ISO 8601')
    .option('--to <time>', 'created before, ISO 8601')
    .option('--id <id>', 'these instances, by comma, in place of conditions', listed)
    .option('--per-second <count>', 'at most so many instances a second', positiveInteger)
    .option('--dry-run', 'only say how many there are')
    .option('-r, --reason <text>', reasonText)
    .option('--by <name>', byText)
    .option('-w, --wait', 'wait until it has ended; exit code 1 when something failed')
    .action(bind(start));
  bulk
    .command('get')
    .alias('show')
    .description('show how far a job is, and what failed and why')
    .argument('<id>', idText)
    .option('-w, --wait', 'wait until it has ended; exit code 1 when something failed')
    .action(bind(get));
  bulk
    .command('stop')
    .description('stop a job; what it has done stays')
    .argument('<id>', idText)
    .option('-r, --reason <text>', reasonText)
    .option('--by <name>', byText)
    .action(bind(stop));
}

async function start(context: Context, options: StartOptions, action: BulkAction): Promise<number> {
  const { client, printer } = context;
  const request = requestOf(context, options, action);
  if (options.dryRun) {
    tellDryRun(context, action, await client.tryBulk(request));
    return exitCodes.ok;
  }
  const { id } = await client.startBulk({ ...request, dryRun: false });
  if (!options.wait && !printer.isJson) printer.note(`Watch it: orquestra bulk get ${id} --wait`);
  return get(context, options, id);
}

async function get(context: Context, { wait }: { wait?: boolean }, id: string): Promise<number> {
  const { client, shell } = context;
  let job = await client.getBulk(id);
  while (wait && !hasEnded(job)) {
    await delay(lookMs, undefined, { signal: shell.interrupt });
    job = await client.getBulk(id);
  }
  await tell(context, job);
  return wait && job.failed > 0 ? exitCodes.failed : exitCodes.ok;
}

async function stop(context: Context, options: ActOptions, id: string): Promise<void> {
  const job = await context.client.stopBulk(id, { reason: options.reason, by: whoOf(context, options) });
  await tell(context, job);
}

function requestOf(context: Context, options: StartOptions, action: BulkAction): BulkRequest {
  const { definition, status, key, tag, from, to, id, reason, perSecond } = options;
  const filter = Object.entries({ definition, status: statusesOf(status), key, tags: tag, from, to }).filter(
    ([, value]) => value !== undefined,
  );
  if ((filter.length === 0) === (id === undefined))
    throw new UsageError(
      'expected either conditions or --id',
      'For example: orquestra bulk start retry --definition order --status failed',
    );
  const which = id === undefined ? { filter: Object.fromEntries(filter) } : { ids: [...id] };
  return { action, ...which, reason, by: whoOf(context, options), perSecond };
}

const hasEnded = ({ status }: BulkJob): boolean => status !== 'running' && status !== 'stopping';

function tellDryRun({ printer }: Context, action: BulkAction, { total, sample, dryRun }: BulkDryRun): void {
  if (printer.isJson) return printer.json({ dryRun, total, sample });
  printer.line(`${action} would be done to ${total.atLeast ? 'at least ' : ''}${count(total.count, 'instance')}`);
  for (const id of sample) printer.line(`  ${id}`);
}

/** The job, and each instance it could not be done to. */
async function tell({ printer, client }: Context, job: BulkJob): Promise<void> {
  const { id, action, status, total, done, failed } = job;
  const failures = await allFailures(client, job);
  if (printer.isJson) return printer.json({ ...job, failures, next: null });
  const of = `${total.atLeast ? 'at least ' : ''}${total.count}`;
  printer.line(`${action} ${status}: ${done} of ${of} done, ${failed} failed  ${id}`);
  for (const failure of failures) printer.line(`  ${failure.id}  ${failure.code}: ${plain(failure.message)}`);
}

async function allFailures(client: Context['client'], job: BulkJob): Promise<BulkJob['failures']> {
  const found: BulkJob['failures'] = [];
  for (let page = job; ; page = await client.getBulk(job.id, { after: page.next ?? undefined, limit: 1_000 })) {
    found.push(...page.failures);
    if (page.next === null || page.failures.length === 0) return found;
  }
}
