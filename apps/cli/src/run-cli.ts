import { CommanderError } from 'commander';
import { exitCodes } from './exit-codes.js';
import { buildProgram } from './program.js';
import { reportError } from './report-error.js';
import type { Shell } from './shell.js';

/**
 * Runs one command line.
 * @param args without `node` and the file
 * @returns the exit code; never rejects
 */
export async function runCli(args: readonly string[], shell: Shell): Promise<number> {
  const outcome = { exitCode: exitCodes.ok as number };
  try {
    await buildProgram(shell, outcome).parseAsync(args, { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (shell.interrupt.aborted) return exitCodes.interrupted;
    const { text, exitCode } = reportError(error);
    shell.err(`${text}\n`);
    return exitCode;
  }
}
