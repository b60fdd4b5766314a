import type { Command } from 'commander';
import type { Context } from '../context.js';
import { readJson } from '../input.js';
import type { Bind } from '../program.js';
import { type ActOptions, byText, reasonText, tellActed, whoOf } from './acted.js';
import { resolveId } from './resolve-id.js';

interface Options extends ActOptions {
  readonly input?: string;
  readonly output?: string;
}

export function addStepCommands(program: Command, bind: Bind): void {
  const step = program.command('step').description('one step of an instance: retry, skip, complete or cancel it');
  const named = (name: string, description: string): Command =>
    step
      .command(name)
      .description(description)
      .argument('<instance>', 'id of the instance, or enough of its beginning')
      .argument('<path>', 'path of the step: charge, ship/3/pack')
      .option('-r, --reason <text>', reasonText)
      .option('--by <name>', byText);
  const json = 'JSON, @file (JSON or YAML) or - (stdin)';
  named('retry', 'retry a step that failed, or waits for its next attempt')
    .option('-i, --input <json>', `in place of its own input: ${json}`)
    .action(bind(actOnStep('retryStep')));
  named('skip', 'pass over a step')
    .option('-o, --output <json>', `what it counts as having returned: ${json}`)
    .action(bind(actOnStep('skipStep')));
  named('complete', 'complete a step that waits, or go on with what a block has')
    .option('-o, --output <json>', `its output: ${json}`)
    .action(bind(actOnStep('completeStep')));
  named('cancel', 'cancel a step that has not ended').action(bind(actOnStep('cancelStep')));
}

const done = { retryStep: 'is retried', skipStep: 'skipped', completeStep: 'completed', cancelStep: 'cancelled' } as const;

const actOnStep =
  (act: keyof typeof done) =>
  async (context: Context, options: Options, idText: string, path: string): Promise<void> => {
    const { client, shell } = context;
    const { reason, input, output } = options;
    const request = {
      ...{ path, reason, by: whoOf(context, options) },
      ...(input !== undefined && { input: await readJson(input, '--input', shell) }),
      ...(output !== undefined && { output: await readJson(output, '--output', shell) }),
    };
    tellActed(context, path, done[act], await client[act](await resolveId(client, idText), request));
  };
