import type { Command } from 'commander';
import type { VerifyProgress, VerifyResult } from '#libs/persistence';
import type { Context } from '../context.js';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import { count, plain } from '../output/text.js';
import { duration } from '../output/times.js';
import type { Bind } from '../program.js';
import type { Shell } from '../shell.js';
import { openDatabase } from '../verify-database.js';

interface VerifyOptions {
  readonly databaseUrl?: string;
  readonly dataDir?: string;
}

export function addVerifyCommand(program: Command, bind: Bind): void {
  program
    .command('verify')
    .description('check every instance: replay its audit log, compare all that is stored; exit code 1 on a violation')
    .option('--database-url <url>', 'PostgreSQL (default: DATABASE_URL, else the database of `npm start`)')
    .option('--data-dir <folder>', 'data folder of `npm start` (default: ORQUESTRA_DATA_DIR, else ./data)')
    .action(bind(verify));
}

async function verify({ shell, printer }: Context, options: VerifyOptions): Promise<number> {
  const begun = shell.now();
  const { invariants, verifyInstances } = await import('#libs/persistence');
  await using database = await openDatabase(options, shell);
  if (!printer.isJson) printer.note(`Verifying ${database.name}`);
  const result = await verifyInstances(database.dataSource, progressOn(shell)).catch(withoutSchema);
  if (shell.isErrTerminal) shell.err('\n');
  const tookMs = shell.now() - begun;
  if (printer.isJson) asJson(printer, result, tookMs);
  else asText(printer, result, invariants, tookMs);
  return result.found === 0 ? exitCodes.ok : exitCodes.failed;
}

/** A line a violation, then the sum. */
function asJson(
  printer: Context['printer'],
  { checked, events, found, violations, invariants }: VerifyResult,
  tookMs: number,
): void {
  for (const violation of violations) printer.json({ violation });
  printer.json({ checked, events, violations: found, invariants, tookMs });
}

function asText(
  printer: Context['printer'],
  { checked, events, found, violations, invariants: counts }: VerifyResult,
  titles: Readonly<Record<string, string>>,
  tookMs: number,
): void {
  const { red, green, dim } = printer.colours;
  for (const { invariant, checked: facts, violated } of counts) {
    const sum = `${facts.toLocaleString('en-US').padStart(11)} checked, ${violated.toLocaleString('en-US')} violated`;
    printer.line(
      `${violated > 0 ? red('✕') : facts > 0 ? green('✓') : dim('·')} ${invariant.padEnd(3)} ${sum}  ${dim(titles[invariant]!)}`,
    );
  }
  for (const { invariant, instanceId, seq, message } of violations) {
    const where = [instanceId, seq === null ? undefined : `event ${seq}`].filter((part) => typeof part === 'string').join(' ');
    printer.line(`${red('✕')} ${invariant}  ${where === '' ? '' : `${where}  `}${plain(message)}`);
  }
  if (found > violations.length) printer.line(`and ${found - violations.length} more`);
  const facts = `${count(checked, 'instance')}, ${count(events, 'event')} checked, ${count(found, 'violation')}`;
  printer.line(`${found === 0 ? green('✓') : red('✕')} ${facts} (${duration(tookMs)})`);
}

/** Off a terminal a line is written this often. */
const LINE_EVERY_MS = 10_000;

/** On stderr: a line that is rewritten, or one now and then where nobody watches. */
function progressOn(shell: Shell): (progress: VerifyProgress) => void {
  let toldAt = shell.now();
  return ({ checked, events, violations }) => {
    const text = `${count(checked, 'instance')}, ${count(events, 'event')} checked, ${count(violations, 'violation')}`;
    if (shell.isErrTerminal) return void shell.err(`\r${text}`);
    if (shell.now() - toldAt < LINE_EVERY_MS) return;
    toldAt = shell.now();
    shell.err(`${text}\n`);
  };
}

const undefinedTable = '42P01';

function withoutSchema(error: unknown): never {
  if ((error as { code?: string }).code !== undefinedTable) throw error;
  throw new CliError(
    'expected a database of OrquestraX, but its tables are not there',
    exitCodes.failed,
    'Is it the right one? `npm run db:migrate` creates them.',
    {
      cause: error,
    },
  );
}
