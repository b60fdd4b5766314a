import type { Command } from 'commander';
import type { Rate } from '#libs/contracts';
import { positiveInteger } from '../arguments.js';
import { UsageError } from '../cli-error.js';
import type { Context } from '../context.js';
import { plain } from '../output/text.js';
import { elapsed } from '../output/times.js';
import type { Bind } from '../program.js';
import { type ActOptions, byText, reasonText } from './acted.js';
import { actOf, orNone, type OrNone, removing, priority, rate, settingsText, tellSet, usedText } from './lane-set.js';

export function addQueueCommands(program: Command, bind: Bind): void {
  const queue = program.command('queue').description('queues: what waits in them, and their limits');
  const named = (command: Command): Command =>
    command.argument('<name>', 'name of the queue').option('--by <name>', byText).option('-r, --reason <text>', reasonText);
  queue.command('list').alias('ls').description('list queues and what waits in them').action(bind(list));
  named(queue.command('set').description('limit a queue; what is not given stays'))
    .option('-c, --concurrency <n>', 'steps at once over all workers, or none', orNone(positiveInteger))
    .option('--rate <n/per>', 'such as 5/second, 20/minute or 100/hour, or none', orNone(rate))
    .option('--priority <0-9>', 'of steps for which nobody says one, or none', orNone(priority))
    .action(bind(set));
  named(queue.command('pause').description('send nothing more; what runs goes on')).action(bind(pause));
  named(queue.command('resume').description('send again')).action(bind(resume));
}

async function list({ shell, printer, client }: Context): Promise<void> {
  const [queues, set] = await Promise.all([client.queues(), client.queueSettings()]);
  printer.list(
    queues,
    ['queue', 'task', 'queued', 'sent', 'running', 'workers', 'slots', 'oldest waits', 'limit', 'set'],
    (one) => [
      plain(one.queue),
      plain(one.task),
      String(one.queued),
      String(one.sent),
      String(one.running),
      one.workers === 0 && one.queued + one.sent > 0 ? printer.colours.yellow('0 (none!)') : String(one.workers),
      String(one.slots),
      elapsed(one.oldestAt, null, shell.now()),
      usedText(one, printer.colours),
      settingsText(one.settings),
    ],
    'No queues: no step has been sent yet.',
  );
  const idle = set.filter((settings) => !queues.some((one) => one.queue === settings.queue));
  for (const settings of idle)
    if (printer.isJson) printer.json({ queue: settings.queue, settings });
    else printer.line(`${plain(settings.queue)} (nothing there): ${settingsText(settings)}`);
}

interface SetOptions extends ActOptions {
  readonly concurrency?: OrNone<number>;
  readonly rate?: OrNone<Rate>;
  readonly priority?: OrNone<number>;
}

async function set(context: Context, options: SetOptions, name: string): Promise<void> {
  const { by, reason, ...given } = options;
  if (Object.keys(given).length === 0)
    throw new UsageError('expected something to set, but found nothing', 'Give --concurrency, --rate or --priority.');
  const { concurrency, rate: perWindow, priority: first } = given;
  const settings = { concurrency: removing(concurrency), rate: removing(perWindow), priority: removing(first) };
  tellSet(context, name, await context.client.setQueue(name, { ...settings, ...actOf(context, { by, reason }) }));
}

async function pause(context: Context, options: ActOptions, name: string): Promise<void> {
  tellSet(context, name, await context.client.setQueue(name, { paused: true, ...actOf(context, options) }));
}

async function resume(context: Context, options: ActOptions, name: string): Promise<void> {
  tellSet(context, name, await context.client.setQueue(name, { paused: false, ...actOf(context, options) }));
}
