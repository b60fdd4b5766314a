import { Command } from 'commander';
import { addAskCommands } from './commands/ask.js';
import { addBulkCommands } from './commands/bulk.js';
import { addCapacityCommands } from './commands/capacity.js';
import { addChaosCommands } from './commands/chaos.js';
import { addDefinitionCommands } from './commands/definition.js';
import { addEventCommands } from './commands/event.js';
import { addFeedCommand } from './commands/feed.js';
import { addInstanceCommands } from './commands/instance.js';
import { addQueueCommands } from './commands/queue.js';
import { addStepCommands } from './commands/step.js';
import { addIncidentCommands } from './commands/incident.js';
import { addOperatorLogCommand } from './commands/operator-log.js';
import { addWebhookCommands } from './commands/webhook.js';
import { addTriggerCommands } from './commands/trigger.js';
import { addTaskCommands } from './commands/task.js';
import { addVerifyCommand } from './commands/verify.js';
import { addWorkerCommands } from './commands/worker.js';
import { contextOf, defaultServer, type Context, type GlobalOptions } from './context.js';
import type { Shell } from './shell.js';
import { cliVersion } from './version.js';

/** What a command does: returns its exit code, nothing for 0. */
export type Action<Options, Arguments extends readonly unknown[]> = (
  context: Context,
  options: Options,
  ...args: Arguments
) => Promise<number | void>;

/** Binds an action to a commander command. */
export type Bind = <Options, Arguments extends readonly unknown[]>(
  action: Action<Options, Arguments>,
) => (...args: unknown[]) => Promise<void>;

const exitCodeText = `
Exit codes: 0 ok, 1 the instance failed (or no server), 2 usage, 3 not found, 4 refused, 124 timed out.
In a pipe, or with --json, lists and events are JSON lines. NO_COLOR switches colours off.`;

export function buildProgram(shell: Shell, outcome: { exitCode: number }): Command {
  const program = new Command('orquestra')
    .description('Business workflows that must not get lost.')
    .version(cliVersion(), '-v, --version')
    .option('-s, --server <url>', `server (default: ORQUESTRA_URL, else ${defaultServer})`)
    .option('--json', 'JSON lines instead of tables')
    .configureHelp({ showGlobalOptions: true, helpWidth: Math.min(shell.columns(), 120) })
    .configureOutput({ writeOut: shell.out, writeErr: shell.err, getOutHelpWidth: shell.columns })
    .addHelpText('after', exitCodeText)
    .exitOverride();

  const bind: Bind =
    (action) =>
    async (...all) => {
      const command = all.at(-1) as Command;
      const args = all.slice(0, -2);
      const options = command.optsWithGlobals<GlobalOptions>();
      const exitCode = await action(contextOf(shell, options), options as never, ...(args as never));
      if (exitCode !== undefined) outcome.exitCode = exitCode;
    };
  addDefinitionCommands(program, bind);
  addInstanceCommands(program, bind);
  addStepCommands(program, bind);
  addBulkCommands(program, bind);
  addAskCommands(program, bind);
  addEventCommands(program, bind);
  addIncidentCommands(program, bind);
  addOperatorLogCommand(program, bind);
  addWebhookCommands(program, bind);
  addFeedCommand(program, bind);
  addTriggerCommands(program, bind);
  addQueueCommands(program, bind);
  addTaskCommands(program, bind);
  addWorkerCommands(program, bind);
  addCapacityCommands(program, bind);
  addVerifyCommand(program, bind);
  addChaosCommands(program, bind);
  return program;
}
