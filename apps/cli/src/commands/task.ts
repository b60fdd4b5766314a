import { Argument, type Command } from 'commander';
import type { Rate, TaskSettingsRequest } from '#libs/contracts';
import { durationMs, positiveInteger } from '../arguments.js';
import { UsageError } from '../cli-error.js';
import type { Context } from '../context.js';
import { plain } from '../output/text.js';
import type { Bind } from '../program.js';
import { type ActOptions, byText, reasonText } from './acted.js';
import { actOf, orNone, type OrNone, removing, rate, settingsText, tellSet, usedText } from './lane-set.js';

export function addTaskCommands(program: Command, bind: Bind): void {
  const task = program.command('task').description('tasks: who runs them, their limits and circuit breakers');
  const named = (command: Command): Command =>
    command.argument('<name>', 'name of the task').option('--by <name>', byText).option('-r, --reason <text>', reasonText);
  task.command('list').alias('ls').description('list tasks that workers serve or that are limited').action(bind(list));
  named(task.command('set').description('limit a task on all queues; what is not given stays'))
    .option('-c, --concurrency <n>', 'attempts at once over all workers, or none', orNone(positiveInteger))
    .option('--rate <n/per>', 'such as 5/second, 20/minute or 100/hour, or none', orNone(rate))
    .action(bind(set));
  named(task.command('pause').description('send nothing more; what runs goes on')).action(bind(pause));
  named(task.command('resume').description('send again')).action(bind(resume));
  named(task.command('breaker').description('auto: opens by itself; open and closed are by hand'))
    .addArgument(new Argument('<state>').choices(['auto', 'open', 'closed']))
    .option('--after <n>', 'failed attempts in a row that open it', positiveInteger)
    .option('--for <duration>', 'how long it stays open before one attempt is let through', durationMs)
    .action(bind(breaker));
}

async function list({ printer, client }: Context): Promise<void> {
  printer.list(
    await client.tasks(),
    ['task', 'queues', 'workers', 'slots', 'mean', 'limit', 'set'],
    (one) => [
      plain(one.task),
      plain(one.queues.join(', ')) || '–',
      String(one.workers),
      String(one.slots),
      one.meanMs === null ? '–' : `${Math.round(one.meanMs)} ms`,
      usedText(one, printer.colours),
      settingsText(one.settings),
    ],
    'No tasks: no worker is there.',
  );
}

interface SetOptions extends ActOptions {
  readonly concurrency?: OrNone<number>;
  readonly rate?: OrNone<Rate>;
}

async function set(context: Context, { by, reason, ...given }: SetOptions, name: string): Promise<void> {
  if (Object.keys(given).length === 0)
    throw new UsageError('expected something to set, but found nothing', 'Give --concurrency or --rate.');
  const settings = { concurrency: removing(given.concurrency), rate: removing(given.rate) };
  await change(context, name, settings, { by, reason });
}

const pause = (context: Context, options: ActOptions, name: string): Promise<void> =>
  change(context, name, { paused: true }, options);
const resume = (context: Context, options: ActOptions, name: string): Promise<void> =>
  change(context, name, { paused: false }, options);

interface BreakerOptions extends ActOptions {
  readonly after?: number;
  readonly for?: number;
}

function breaker(context: Context, options: BreakerOptions, name: string, state: 'auto' | 'open' | 'closed'): Promise<void> {
  const { after, for: forMs } = options;
  const settings: TaskSettingsRequest = {
    breaker: state,
    ...(after !== undefined && { breakAfter: after }),
    ...(forMs !== undefined && { breakForMs: forMs }),
  };
  return change(context, name, settings, options);
}

async function change(context: Context, name: string, settings: TaskSettingsRequest, act: ActOptions): Promise<void> {
  tellSet(context, name, await context.client.setTask(name, { ...settings, ...actOf(context, act) }));
}
