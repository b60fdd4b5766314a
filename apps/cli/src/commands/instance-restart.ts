import type { Context } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { readInput } from '../input.js';
import { statusText } from '../output/status.js';
import { type ActOptions, whoOf } from './acted.js';
import { outcomeCode, printEnd } from './instance-end.js';
import { resolveId } from './resolve-id.js';

interface Options extends ActOptions {
  readonly from?: string;
  readonly definitionVersion?: string;
  readonly input?: string;
  readonly wait?: boolean;
}

/** A new instance from a chosen step of another one. */
export async function restartInstance(context: Context, options: Options, text: string): Promise<number> {
  const { client, printer, shell } = context;
  const { from, definitionVersion: version, reason } = options;
  const input = await readInput(options.input, [], shell);
  const started = await client.restart(await resolveId(client, text), {
    from,
    version,
    input,
    reason,
    by: whoOf(context, options),
  });
  if (options.wait) {
    const ended = await client.waitForInstance(started.id, { signal: shell.interrupt });
    printEnd(printer, ended);
    return outcomeCode(ended);
  }
  if (printer.isJson) printer.json(started);
  else printer.line(`${statusText(started.status, printer.colours)}  ${started.definition}@${started.version}  ${started.id}`);
  return exitCodes.ok;
}
