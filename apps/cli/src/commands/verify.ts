import type { Command } from 'commander';
import { replay } from '#libs/engine';
import type { Context } from '../context.js';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import { count, plain } from '../output/text.js';
import { duration } from '../output/times.js';
import type { Bind } from '../program.js';
import { openDatabase } from '../verify-database.js';

interface VerifyOptions {
  readonly databaseUrl?: string;
  readonly dataDir?: string;
}

export function addVerifyCommand(program: Command, bind: Bind): void {
  program
    .command('verify')
    .description('replay the audit log of every instance and compare it with what is stored; exit code 1 on a difference')
    .option('--database-url <url>', 'PostgreSQL (default: DATABASE_URL, else the database of `npm start`)')
    .option('--data-dir <folder>', 'data folder of `npm start` (default: ORQUESTRA_DATA_DIR, else ./data)')
    .action(bind(verify));
}

async function verify({ shell, printer }: Context, options: VerifyOptions): Promise<number> {
  const begun = shell.now();
  const { verifyInstances } = await import('#libs/persistence');
  await using database = await openDatabase(options, shell);
  if (!printer.isJson) printer.note(`Verifying ${database.name}`);
  const { checked, violations, found } = await verifyInstances(database.dataSource, { replay }, (progress) => {
    if (shell.isErrTerminal)
      shell.err(`\r${count(progress.checked, 'instance')} checked, ${count(progress.violations, 'violation')}`);
  }).catch(withoutSchema);
  if (shell.isErrTerminal) shell.err('\n');
  for (const violation of violations) {
    if (printer.isJson) printer.json({ violation });
    else printer.line(`${printer.colours.red('✕')} ${violation.instanceId}  ${violation.kind}  ${plain(violation.message)}`);
  }
  if (printer.isJson) printer.json({ checked, violations: found });
  else {
    if (found > violations.length) printer.line(`and ${found - violations.length} more`);
    const verdict = found === 0 ? printer.colours.green('✓') : printer.colours.red('✕');
    printer.line(
      `${verdict} ${count(checked, 'instance')} checked, ${count(found, 'violation')} (${duration(shell.now() - begun)})`,
    );
  }
  return found === 0 ? exitCodes.ok : exitCodes.failed;
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
