import type { Command } from 'commander';
import type { AnswerRequest, Ask } from '#libs/contracts';
import { listed } from '../arguments.js';
import { UsageError } from '../cli-error.js';
import type { Context } from '../context.js';
import { readJson } from '../input.js';
import { cut, plain } from '../output/text.js';
import { ago, left } from '../output/times.js';
import type { Bind } from '../program.js';
import { type ActOptions, byText, reasonText, tellActed, whoOf } from './acted.js';
import { resolveId } from './resolve-id.js';

export function addAskCommands(program: Command, bind: Bind): void {
  const ask = program.command('ask').description('questions to people: list and answer them');
  const named = (command: Command): Command =>
    command
      .argument('<instance>', 'id of the instance, or enough of its beginning')
      .argument('<name>', 'name of the ask, or the path of its step');
  ask
    .command('list')
    .alias('ls')
    .description('list open asks, those that wait longest first')
    .option('-a, --assignee <name>', 'asked of this person')
    .option('-i, --instance <id>', 'of this instance')
    .action(bind(list));
  named(ask.command('answer').description('answer an ask'))
    .argument('[value]', 'approved or rejected, the choice, or the text')
    .option('-f, --form <json>', 'of a form: JSON, @file (JSON or YAML) or - (stdin)')
    .option('-c, --comment <text>', 'kept with the answer')
    .option('--by <name>', byText)
    .action(bind(answer));
  named(ask.command('claim').description('say that you will answer')).option('--by <name>', byText).action(bind(claim));
  named(ask.command('reassign').description('ask others'))
    .argument('<assignee...>', 'whom, also by comma', listed)
    .option('--by <name>', byText)
    .option('-r, --reason <text>', reasonText)
    .action(bind(reassign));
}

async function list({ printer, client, shell }: Context, options: { assignee?: string; instance?: string }): Promise<void> {
  const instance = options.instance === undefined ? undefined : await resolveId(client, options.instance);
  const asks: Ask[] = [];
  for await (const ask of client.listAsks({ assignee: options.assignee, instance })) asks.push(ask);
  const now = shell.now();
  printer.list(
    asks,
    ['instance', 'definition', 'name', 'kind', 'of', 'asked', 'time left', 'question'],
    (ask) => [
      ask.instance,
      plain(ask.definition),
      cut(plain(ask.name), 40),
      ask.kind,
      cut(plain(ask.claimedBy === null ? ask.assignees.join(', ') || 'anybody' : `${ask.claimedBy} (claimed)`), 30),
      ago(ask.openedAt, now),
      ask.timeoutAt === null ? '–' : left(ask.timeoutAt, now),
      cut(plain(ask.prompt ?? ''), 60),
    ],
    'Nobody is asked anything.',
  );
  if (!printer.isJson && asks.length > 0) printer.note('Answer: orquestra ask answer <instance> <name> <value>');
}

interface AnswerOptions extends ActOptions {
  readonly form?: string;
  readonly comment?: string;
}

async function answer(context: Context, options: AnswerOptions, idText: string, name: string, value?: string): Promise<void> {
  const { client, shell } = context;
  const { form, comment } = options;
  if (value === undefined && form === undefined)
    throw new UsageError(
      'expected an answer, but found none',
      'Give approved, rejected, a choice or a text; or --form for a form.',
    );
  const request: AnswerRequest = {
    value,
    comment,
    by: whoOf(context, options),
    form: form === undefined ? undefined : await readJson(form, '--form', shell),
  };
  tellActed(context, name, 'answered', await client.answerAsk(await resolveId(client, idText), name, request));
}

async function claim(context: Context, options: ActOptions, idText: string, name: string): Promise<void> {
  const by = whoOf(context, options);
  if (by === undefined) throw new UsageError('expected to know who claims it', 'Say so with --by <name>.');
  const { client } = context;
  tellActed(context, name, `claimed by ${by}`, await client.claimAsk(await resolveId(client, idText), name, { by }));
}

async function reassign(context: Context, options: ActOptions, idText: string, name: string, assignees: string[]): Promise<void> {
  const { client } = context;
  const request = { assignees, by: whoOf(context, options), reason: options.reason };
  tellActed(
    context,
    name,
    `asked of ${assignees.join(', ')}`,
    await client.reassignAsk(await resolveId(client, idText), name, request),
  );
}
