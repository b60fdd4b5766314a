import type { Command } from 'commander';
import type { BackfillRequest, NextTimes } from '#libs/contracts';
import { positiveInteger } from '../arguments.js';
import type { Context } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { count, plain } from '../output/text.js';
import type { Bind } from '../program.js';
import { type ActOptions, byText, reasonText, whoOf } from './acted.js';

interface BackfillOptions extends ActOptions {
  readonly from: string;
  readonly to: string;
  readonly overlap?: BackfillRequest['overlap'];
  readonly dryRun?: boolean;
}

const nameText = 'name of the schedule';

/** What only schedules can be told and asked. */
export function addScheduleCommands(trigger: Command, bind: Bind): void {
  trigger
    .command('run')
    .description('run a schedule now, whatever runs and though it may be paused')
    .argument('<name>', nameText)
    .option('-r, --reason <text>', reasonText)
    .option('--by <name>', byText)
    .action(bind(run));
  trigger
    .command('backfill')
    .description('make up for the slots of a range; those that were started are not started again')
    .argument('<name>', nameText)
    .requiredOption('--from <time>', 'ISO 8601')
    .requiredOption('--to <time>', 'ISO 8601; not included')
    .option('--overlap <policy>', 'allow, queueOne (one after the other), skip or cancelOld; default allow')
    .option('--dry-run', 'only say how many there are')
    .option('-r, --reason <text>', reasonText)
    .option('--by <name>', byText)
    .action(bind(backfill));
  trigger
    .command('next')
    .description('show when a schedule is due next, and what the days on which clocks change do to it')
    .argument('<name>', nameText)
    .option('-c, --count <count>', 'so many times', positiveInteger, 10)
    .action(bind(next));
  trigger
    .command('preview')
    .description('show when a schedule would be due, before it is put')
    .argument('<cron>', 'five fields, or six with seconds first, in quotes')
    .option('-z, --timezone <zone>', 'such as Europe/Madrid; default UTC')
    .option('-c, --count <count>', 'so many times', positiveInteger, 10)
    .action(bind(preview));
}

async function run(context: Context, options: ActOptions, name: string): Promise<number> {
  const { client, printer } = context;
  const found = await client.runTrigger(name, { reason: options.reason, by: whoOf(context, options) });
  if (printer.isJson) printer.json(found);
  else if (found.instance === null) printer.line(`✗ ${found.outcome}: ${plain(found.reason ?? '')}`);
  else {
    printer.line(`✓ ${found.outcome}  ${found.instance}`);
    printer.note(`Watch it: orquestra instance watch ${found.instance}`);
  }
  return found.outcome === 'failed' ? exitCodes.failed : exitCodes.ok;
}

async function backfill(context: Context, options: BackfillOptions, name: string): Promise<void> {
  const { client, printer } = context;
  const { from, to, overlap, dryRun, reason } = options;
  const found = await client.backfillTrigger(name, { from, to, overlap, dryRun, reason, by: whoOf(context, options) });
  if (printer.isJson) return printer.json(found);
  const range = found.first === null ? '' : `, ${found.first} to ${found.last}`;
  printer.line(`${found.dryRun ? 'would be' : '○ stored:'} ${count(found.slots, 'slot')}${range}`);
  if (!found.dryRun && found.slots > 0) printer.note(`See what becomes of them: orquestra trigger runs ${plain(name)}`);
}

async function next(context: Context, options: { count: number }, name: string): Promise<void> {
  tellTimes(context, await context.client.nextTimes(name, { count: options.count }));
}

async function preview(context: Context, options: { timezone?: string; count: number }, cron: string): Promise<void> {
  const { timezone } = options;
  tellTimes(context, await context.client.previewSchedule({ cron, count: options.count, ...(timezone && { timezone }) }));
}

function tellTimes({ printer }: Context, found: NextTimes): void {
  if (printer.isJson) return printer.json(found);
  printer.line(plain(found.text));
  for (const { at, local } of found.times) printer.line(`  ${local}  ${at}`);
  for (const warning of found.warnings) printer.line(`! ${plain(warning)}`);
}
