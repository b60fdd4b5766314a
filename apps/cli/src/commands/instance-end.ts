import type { Instance } from '#libs/contracts';
import type { InstanceStatus } from '#libs/engine';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import type { Printer } from '../output/printer.js';
import { statusText } from '../output/status.js';
import { plain } from '../output/text.js';
import { elapsed } from '../output/times.js';
import { retryLines } from '../output/waits.js';

/** The instance as one JSON line, or its output on stdout and how it ended on stderr. */
export function printEnd(printer: Printer, instance: Instance): void {
  if (printer.isJson) return printer.json(instance);
  const { id, status, error, startedAt, endedAt, output } = instance;
  const took = elapsed(startedAt, endedAt, printer.shell.now());
  printer.note(`${statusText(status, printer.colours)} after ${took}  ${id}`);
  if (status === 'completed') return printer.line(JSON.stringify(output, undefined, 2));
  if (error) printer.note(`${error.path === undefined ? '' : `${plain(error.path)}: `}${error.code}: ${plain(error.message)}`);
  for (const line of retryLines(instance)) printer.note(line);
}

export const outcomeCode = ({ status }: { status: InstanceStatus }): ExitCode =>
  status === 'completed' ? exitCodes.ok : exitCodes.failed;
