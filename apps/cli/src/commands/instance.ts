import type { Command } from 'commander';
import { durationMs, listed, positiveInteger, repeated, tagPair, wholeNumber } from '../arguments.js';
import type { Bind } from '../program.js';
import { byText, reasonText } from './acted.js';
import { actOnInstances } from './instance-act.js';
import { getInstance } from './instance-get.js';
import { listInstances } from './instance-list.js';
import { instanceLogs } from './instance-logs.js';
import { restartInstance } from './instance-restart.js';
import { runInstance, startInstance } from './instance-start.js';
import { watchInstance } from './instance-watch.js';

export function addInstanceCommands(program: Command, bind: Bind): void {
  const instance = program.command('instance').alias('inst').description('start, list, watch, pause, retry and cancel instances');
  withStartOptions(instance.command('start').description('start an instance'))
    .option('-w, --wait', 'wait until it has ended; exit code 1 when it ended badly')
    .option('-t, --timeout <duration>', 'with --wait: exit code 124 after this long', durationMs)
    .action(bind(startInstance));
  withStartOptions(instance.command('run').description('start an instance, show its progress, print its output'))
    .option('-t, --timeout <duration>', 'exit code 124 after this long; the instance goes on', durationMs)
    .action(bind(runInstance));
  instance
    .command('list')
    .alias('ls')
    .description('list instances, newest first')
    .option('-d, --definition <name>', 'of this definition')
    .option('--status <status>', 'in these statuses, by comma', listed)
    .option('-k, --key <key>', 'with this key')
    .option('--tag <name=value>', 'with this tag', tagPair)
    .option('--parent <id>', 'started by a step of this instance; none: by no instance')
    .option('--from <time>', 'created at or after, ISO 8601')
    .option('--to <time>', 'created before, ISO 8601')
    .option('-n, --limit <count>', 'at most so many', positiveInteger, 50)
    .option('-a, --all', 'all of them')
    .action(bind(listInstances));
  instance
    .command('get')
    .alias('show')
    .description('show an instance and its steps')
    .argument('<id>', idText)
    .option('--steps', 'with input, output and attempts of each step')
    .option('--history', 'its audit events')
    .action(bind(getInstance));
  instance
    .command('logs')
    .description('show what its steps logged')
    .argument('<id>', idText)
    .option('-p, --path <step>', 'only of this step, and of the steps inside it')
    .option('-f, --follow', 'go on until it has ended')
    .action(bind(instanceLogs));
  instance
    .command('watch')
    .description('follow an instance live until it has ended; exit code 1 when it ended badly')
    .argument('<id>', idText)
    .option('-t, --timeout <duration>', 'exit code 124 after this long', durationMs)
    .action(bind(watchInstance));
  addActs(instance, bind);
}

const idText = 'id of the instance, or enough of its beginning';

function addActs(instance: Command, bind: Bind): void {
  const act = (name: string, description: string): Command =>
    instance.command(name).description(description).option('-r, --reason <text>', reasonText).option('--by <name>', byText);
  const many = (command: Command): Command => command.argument('<id...>', idText);
  many(act('cancel', 'cancel instances'))
    .option('--compensate', 'undo what they completed')
    .option('--no-compensate', 'undo nothing; default: as the definition says')
    .option('-w, --wait', 'wait until they have ended')
    .action(bind(actOnInstances('cancel')));
  many(act('pause', 'pause instances: nothing new starts, relative clocks stop')).action(bind(actOnInstances('pause')));
  many(act('resume', 'let paused instances go on')).action(bind(actOnInstances('resume')));
  many(act('retry', 'let failed or timed-out instances go on from their failed steps'))
    .option('-w, --wait', 'wait until they have ended; exit code 1 when one ended badly')
    .action(bind(actOnInstances('retry')));
  act('restart', 'start a new instance from a step of this one, with its earlier outputs')
    .argument('<id>', idText)
    .option('--from <step>', 'step of the top level; default: all runs again')
    .option('--definition-version <version>', 'same (default), latest, or a version')
    .option('-i, --input <json>', 'in place of its input: JSON, @file (JSON or YAML) or - (stdin)')
    .option('-w, --wait', 'wait until it has ended; exit code 1 when it ended badly')
    .action(bind(restartInstance));
}

function withStartOptions(command: Command): Command {
  return command
    .argument('<definition>', 'name, or name@version (exact, a range such as ^1.2.0, or latest)')
    .option('-i, --input <json>', 'input as JSON, @file (JSON or YAML) or - (stdin)')
    .option('--set <path=value>', 'one value of the input: customer.name=Ada', repeated)
    .option('-k, --key <key>', 'your business name for it; a second start under the key gives the same instance')
    .option('--tag <name=value>', 'a searchable fact', tagPair)
    .option('--id <uuid>', 'your own UUIDv7')
    .option('--start-at <time>', 'not before, ISO 8601')
    .option('--singleton <key>', 'while an instance of the definition with this key is open, that one')
    .option('--debounce <key=duration>', 'start after so long, unless a start with the same key comes before: order-7=5s')
    .option('--queue <name>', 'queue of its tasks, in place of that of the definition')
    .option('--priority <number>', 'of its tasks, and among starts that wait for a limit; higher first', wholeNumber);
}
