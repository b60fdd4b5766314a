import { ApiProblem } from '#libs/client';
import type { Acted } from '#libs/contracts';
import type { Context } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { reportError } from '../report-error.js';
import { type ActOptions, tellActed, whoOf } from './acted.js';
import { outcomeCode, printEnd } from './instance-end.js';
import { resolveId } from './resolve-id.js';

interface Options extends ActOptions {
  /** Of `cancel`. */
  readonly compensate?: boolean;
  /** Of `cancel` and `retry`. */
  readonly wait?: boolean;
}

type Act = 'cancel' | 'pause' | 'resume' | 'retry';

/** Does it to each; one it cannot be done to does not keep the others. */
export const actOnInstances =
  (act: Act) =>
  async (context: Context, options: Options, ids: string[]): Promise<number> => {
    let exitCode: number = exitCodes.ok;
    for (const text of ids) {
      try {
        exitCode = Math.max(exitCode, await actOn(act, context, options, text));
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.status >= 500) throw error;
        const report = reportError(error);
        context.printer.note(`${text}: ${report.text}`);
        exitCode = report.exitCode;
      }
    }
    return exitCode;
  };

async function actOn(act: Act, context: Context, options: Options, text: string): Promise<number> {
  const { client, shell, printer } = context;
  const id = await resolveId(client, text);
  const request = { reason: options.reason, by: whoOf(context, options) };
  const acted: Acted =
    act === 'cancel' ? await client.cancel(id, { ...request, compensate: options.compensate }) : await client[act](id, request);
  if (!options.wait) {
    tellActed(context, act, 'done', acted);
    return exitCodes.ok;
  }
  const ended = await client.waitForInstance(id, { signal: shell.interrupt });
  printEnd(printer, ended);
  // Somebody who cancels wants it to end, not to end well.
  return act === 'cancel' ? exitCodes.ok : outcomeCode(ended);
}
