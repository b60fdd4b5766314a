import { ApiProblem } from '#libs/client';
import type { Context } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { statusText } from '../output/status.js';
import { reportError } from '../report-error.js';
import { resolveId } from './resolve-id.js';

interface CancelOptions {
  readonly reason?: string;
  readonly wait?: boolean;
}

/** Cancels each; one that cannot be cancelled does not keep the others. */
export async function cancelInstance(context: Context, { reason, wait }: CancelOptions, ids: string[]): Promise<number> {
  const { printer, client, shell } = context;
  let exitCode: number = exitCodes.ok;
  for (const text of ids) {
    try {
      const id = await resolveId(client, text);
      const accepted = await client.cancel(id, { reason });
      const told = wait ? await client.waitForInstance(id, { signal: shell.interrupt }) : accepted;
      if (printer.isJson) printer.json(told);
      else printer.line(`${wait ? statusText(told.status, printer.colours) : '⊘ cancel accepted'}  ${id}`);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status >= 500) throw error;
      const report = reportError(error);
      printer.note(`${text}: ${report.text}`);
      exitCode = report.exitCode;
    }
  }
  return exitCode;
}
