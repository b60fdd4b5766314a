import { basename } from 'node:path';
import type { Command } from 'commander';
import type { DefinitionSummary, ProblemItem } from '#libs/contracts';
import { ApiProblem, type RegisterOptions } from '#libs/client';
import type { Context } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { count } from '../output/text.js';
import { problemLines } from '../output/problems.js';
import { ago } from '../output/times.js';
import type { Bind } from '../program.js';
import { checkDefinition } from '../check-definition.js';
import { readDefinitionFile } from '../definition-file.js';
import { type ActOptions, byText, reasonText, whoOf } from './acted.js';

export function addDefinitionCommands(program: Command, bind: Bind): void {
  const definition = program.command('definition').alias('def').description('check, register and list definitions');
  definition
    .command('validate')
    .description('check definition files here, without a server; - reads YAML from stdin')
    .argument('<file...>', 'YAML or JSON files')
    .option('--strict', 'warnings count as errors')
    .action(bind(validate));
  definition
    .command('push')
    .description('register definitions; the same content again changes nothing')
    .argument('<file...>', 'YAML or JSON files')
    .option('--strict', 'warnings count as errors')
    .option('--dry-run', 'check everything, register nothing')
    .option('--no-activate', 'keep the active version')
    .option('--allow-older', 'accept a version that is not newer than the registered ones')
    .option('--require-workers', 'refuse tasks that no live worker serves')
    .action(bind(push));
  for (const [action, about] of [
    ['pause', 'pause definitions: their instances, and those that start from now on'],
    ['resume', 'let paused definitions and their instances go on'],
  ] as const)
    definition
      .command(action)
      .description(about)
      .argument('<name...>', 'names')
      .option('-r, --reason <text>', reasonText)
      .option('--by <name>', byText)
      .action(bind(pauseOrResume(action)));
  definition.command('list').description('list definitions').option('-q, --query <text>', 'part of the name').action(bind(list));
}

async function validate({ shell, printer }: Context, options: { strict?: boolean }, files: string[]): Promise<number> {
  let invalid = 0;
  for (const file of files) {
    const { problems, name, version, isValid } = checkDefinition(await readDefinitionFile(file, shell), options);
    if (!isValid) invalid += 1;
    if (printer.isJson) printer.json({ file, valid: isValid, name, version, problems });
    else {
      for (const line of problemLines(problems, file, printer.colours)) printer.line(line);
      printer.line(verdict(file, problems, isValid, `${name}@${version}`, printer.colours));
    }
  }
  return invalid === 0 ? exitCodes.ok : exitCodes.refused;
}

function verdict(
  file: string,
  problems: readonly ProblemItem[],
  isValid: boolean,
  what: string,
  colours: Context['printer']['colours'],
): string {
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const warnings = problems.length - errors;
  const counts = [...(errors > 0 ? [count(errors, 'error')] : []), ...(warnings > 0 ? [count(warnings, 'warning')] : [])].join(
    ', ',
  );
  if (!isValid) return colours.red(`✕ ${basename(file)}: ${counts}`);
  return `${colours.green('✓')} ${basename(file)}: ${what} is valid${counts === '' ? '' : ` (${counts})`}`;
}

async function push(context: Context, options: RegisterOptions & { activate: boolean }, files: string[]): Promise<number> {
  const { shell, printer, client } = context;
  let refused = 0;
  for (const file of files) {
    const source = await readDefinitionFile(file, shell);
    try {
      // A pre-release becomes active only when asked to; so "true" is left for the server to decide.
      const registered = await client.registerDefinition(source, { ...options, activate: options.activate ? undefined : false });
      if (printer.isJson) printer.json({ file, ...registered });
      else {
        for (const line of problemLines(registered.problems, file, printer.colours)) printer.line(line);
        printer.line(`${printer.colours.green('✓')} ${pushed(registered)}`);
      }
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status >= 500) throw error;
      refused += 1;
      if (printer.isJson) printer.json({ file, problem: error.problem });
      else {
        for (const line of problemLines(error.errors, file, printer.colours)) printer.line(line);
        printer.line(printer.colours.red(`✕ ${basename(file)}: ${error.title} (${error.code}): ${error.message}`));
      }
    }
  }
  return refused === 0 ? exitCodes.ok : exitCodes.refused;
}

const outcomes = { created: 'registered', identical: 'already registered', valid: 'valid, not registered (dry run)' };

function pushed(registered: { name: string; version: string; outcome: keyof typeof outcomes; active: boolean }): string {
  const { name, version, outcome, active } = registered;
  return `${name}@${version} ${outcomes[outcome]}${active ? ', active' : ''}`;
}

async function list({ shell, printer, client }: Context, { query }: { query?: string }): Promise<void> {
  const definitions: DefinitionSummary[] = [];
  for await (const item of client.listDefinitions({ q: query, pageSize: 200 })) definitions.push(item);
  printer.list(
    definitions,
    ['name', 'active', 'latest', 'versions', 'open', 'completed 24 h', 'failed 24 h', 'registered'],
    (item) => [
      item.paused === null ? item.name : `${item.name} (paused)`,
      item.activeVersion ?? '–',
      item.latestVersion,
      String(item.versions),
      String(item.running),
      String(item.completed24h),
      String(item.failed24h),
      ago(item.registeredAt, shell.now()),
    ],
    'No definitions yet. Register one: orquestra definition push <file>',
  );
}

const pauseOrResume =
  (action: 'pause' | 'resume') =>
  async (context: Context, options: ActOptions, names: string[]): Promise<void> => {
    const { printer, client } = context;
    const act = { reason: options.reason, by: whoOf(context, options) };
    for (const name of names) {
      const told = await (action === 'pause' ? client.pauseDefinition(name, act) : client.resumeDefinition(name, act));
      if (printer.isJson) printer.json(told);
      else {
        const what = told.paused === null ? 'goes on' : 'is paused';
        printer.line(`${printer.colours.green('✓')} ${name} ${what}, and its instances are told`);
        printer.note(`How far it is: orquestra bulk get ${told.job}`);
      }
    }
  };
