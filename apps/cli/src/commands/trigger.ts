import type { Command } from 'commander';
import type { Trigger, TriggerKind, TriggerRequest, TriggerRun } from '#libs/contracts';
import { positiveInteger } from '../arguments.js';
import { UsageError } from '../cli-error.js';
import type { Context } from '../context.js';
import { readJson } from '../input.js';
import { count, cut, plain } from '../output/text.js';
import { ago } from '../output/times.js';
import type { Bind } from '../program.js';
import { type ActOptions, byText, reasonText, whoOf } from './acted.js';
import { addDeliveriesCommand } from './trigger-deliveries.js';
import { addScheduleCommands } from './trigger-schedule.js';

interface ListOptions {
  readonly kind?: TriggerKind;
  readonly definition?: string;
}

const triggerNameText = 'name of the trigger';

export function addTriggerCommands(program: Command, bind: Bind): void {
  const trigger = program.command('trigger').description('what starts instances by itself: schedules, hooks, messages');
  trigger
    .command('list')
    .alias('ls')
    .description('list triggers by name')
    .option('--kind <kind>', 'schedule, hook or message')
    .option('-d, --definition <name>', 'of this definition')
    .action(bind(list));
  trigger
    .command('get')
    .alias('show')
    .description('show a trigger and how it fares')
    .argument('<name>', triggerNameText)
    .action(bind(get));
  trigger
    .command('put')
    .description('create or replace a trigger')
    .argument('<name>', triggerNameText)
    .argument('<spec>', 'JSON, @file (JSON or YAML) or - (stdin)')
    .option('-r, --reason <text>', reasonText)
    .option('--by <name>', byText)
    .action(bind(put));
  for (const [verb, description] of [
    ['delete', 'remove a trigger; what it has started goes on'],
    ['pause', 'start nothing until it is resumed; the reason is its note'],
    ['resume', 'go on, also after it has disabled itself'],
  ] as const)
    trigger
      .command(verb)
      .description(description)
      .argument('<name>', triggerNameText)
      .option('-r, --reason <text>', reasonText)
      .option('--by <name>', byText)
      .action(bind((context: Context, options: ActOptions, name: string) => act(context, verb, options, name)));
  trigger
    .command('runs')
    .description('list what it has started, or why not; newest first')
    .argument('<name>', triggerNameText)
    .option('-l, --limit <count>', 'at most so many', positiveInteger, 20)
    .action(bind(runs));
  addScheduleCommands(trigger, bind);
  addDeliveriesCommand(trigger, bind);
}

async function list({ printer, client, shell }: Context, { kind, definition }: ListOptions): Promise<void> {
  const triggers: Trigger[] = [];
  for await (const one of client.listTriggers({ kind, definition })) triggers.push(one);
  const now = shell.now();
  printer.list(
    triggers,
    ['name', 'kind', 'starts', 'status', 'when', 'last run'],
    (one) => [
      plain(one.name),
      one.kind,
      plain(one.definition ?? '–'),
      one.status,
      cut(plain(one.text ?? '–'), 50),
      one.lastRunAt === null ? '–' : `${plain(one.lastOutcome ?? '')} ${ago(one.lastRunAt, now)}`,
    ],
    'There are no triggers.',
  );
}

async function get(context: Context, _: unknown, name: string): Promise<void> {
  tell(context, await context.client.getTrigger(name));
}

async function put(context: Context, options: ActOptions, name: string, spec: string): Promise<void> {
  const { client, shell } = context;
  const read = await readJson(spec, '<spec>', shell);
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw new UsageError(
      'expected <spec> to be an object',
      'For example: {"kind": "schedule", "definition": "report", "cron": "0 9 * * MON-FRI"}',
    );
  tell(context, await client.putTrigger(name, read as unknown as TriggerRequest, actOf(context, options)));
}

async function act(context: Context, verb: 'delete' | 'pause' | 'resume', options: ActOptions, name: string): Promise<void> {
  const { client, printer } = context;
  const asked = actOf(context, options);
  if (verb !== 'delete') return tell(context, await client[`${verb}Trigger`](name, asked));
  const removed = await client.deleteTrigger(name, asked);
  if (printer.isJson) return printer.json(removed);
  printer.line(`✓ ${plain(name)} is removed`);
}

const actOf = (context: Context, options: ActOptions): ActOptions => ({
  reason: options.reason,
  by: whoOf(context, options),
});

function tell({ printer, shell }: Context, trigger: Trigger): void {
  if (printer.isJson) return printer.json(trigger);
  const { name, kind, definition, status, text, nextAt, note, by, failuresInRow, source, lastRunAt, lastOutcome } = trigger;
  printer.line(`${plain(name)}  ${kind}  ${status}${definition === null ? '' : `  → ${plain(definition)}`}`);
  if (text !== null) printer.line(`  ${plain(text)}${nextAt === null ? '' : `, next at ${nextAt}`}`);
  if (note !== null || by !== null) printer.line(`  ${plain([note, by && `(${by})`].filter(Boolean).join(' '))}`);
  if (lastRunAt !== null) printer.line(`  last run: ${plain(lastOutcome ?? '')} ${ago(lastRunAt, shell.now())}`);
  if (failuresInRow > 0) printer.line(`  ${count(failuresInRow, 'failure')} in a row`);
  if (source === 'definition') printer.line('  comes with its definition: a new version changes it');
  printer.line(`  ${cut(plain(JSON.stringify(trigger.spec)), 200)}`);
}

async function runs({ printer, client }: Context, { limit }: { limit: number }, name: string): Promise<void> {
  const found: TriggerRun[] = [];
  for await (const run of client.triggerRuns(name, { pageSize: Math.min(limit, 200) })) {
    found.push(run);
    if (found.length === limit) break;
  }
  printer.list(
    found,
    ['scheduled at', 'how', 'outcome', 'instance', 'status', 'why'],
    (run) => [
      run.scheduledAt,
      run.how,
      run.count > 1 ? `${run.outcome} × ${run.count}` : run.outcome,
      run.instance ?? '–',
      run.status ?? '–',
      cut(plain(run.reason ?? ''), 80),
    ],
    'It has started nothing yet.',
  );
}
