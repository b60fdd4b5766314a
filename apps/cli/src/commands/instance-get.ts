import type { AuditEventItem, Instance } from '#libs/contracts';
import type { Context } from '../context.js';
import { instanceHeading } from '../output/instance-heading.js';
import { stepTable } from '../output/step-table.js';
import { table } from '../output/table.js';
import { cut, plain } from '../output/text.js';
import { resolveId } from './resolve-id.js';
import { waitsOf } from './waits-of.js';

interface GetOptions {
  readonly steps?: boolean;
  readonly history?: boolean;
}

export async function getInstance(context: Context, { steps, history }: GetOptions, idText: string): Promise<void> {
  const { printer, client } = context;
  const id = await resolveId(client, idText);
  if (steps) return printSteps(context, id);
  if (history) return printHistory(context, id);
  const instance = await client.getInstance(id);
  if (printer.isJson) return printer.json(instance);
  const waits = await waitsOf(client, instance);
  for (const line of instanceHeading(instance, waits, printer.shell.now(), printer.colours)) printer.line(line);
  printer.line();
  printer.shell.out(stepTable(instance.steps, printer.shell.now(), printer.colours));
  printPayloads(context, instance);
}

function printPayloads({ printer }: Context, { input, output, status }: Instance): void {
  printer.line(`\n${printer.colours.dim('INPUT')}  ${shown(input, printer.shell.columns() - 8)}`);
  if (status === 'completed') printer.line(`${printer.colours.dim('OUTPUT')} ${shown(output, printer.shell.columns() - 8)}`);
}

async function printSteps({ printer, client }: Context, id: string): Promise<void> {
  const steps = await client.steps(id, { withData: true });
  if (printer.isJson) return steps.forEach((step) => printer.json(step));
  printer.shell.out(stepTable(steps, printer.shell.now(), printer.colours));
  const width = printer.shell.columns() - 10;
  for (const step of steps) {
    printer.line(`\n${printer.colours.bold(plain(step.path))}`);
    printer.line(`  input   ${step.inputIsContext ? '(the context)' : shown(step.input ?? null, width)}`);
    printer.line(`  output  ${shown(step.output ?? null, width)}`);
    for (const { attempt, status, worker, error } of step.attempts)
      printer.line(
        `  attempt ${attempt}: ${status}${worker ? ` on ${plain(worker)}` : ''}${error ? `, ${error.code}: ${plain(error.message)}` : ''}`,
      );
  }
}

async function printHistory({ printer, client }: Context, id: string): Promise<void> {
  const events: AuditEventItem[] = [];
  for await (const event of client.history(id)) {
    if (printer.isJson) printer.json(event);
    else events.push(event);
  }
  if (printer.isJson) return;
  const width = Math.max(20, printer.shell.columns() - 90);
  const rows = events.map((event) => [
    String(event.seq),
    event.at,
    event.type,
    plain(event.path ?? ''),
    event.attempt === null ? '' : String(event.attempt),
    shown(event.data, width),
  ]);
  printer.shell.out(table(['seq', 'at', 'event', 'step', 'attempt', 'recorded'], rows, printer.colours));
}

const shown = (value: unknown, width: number): string => cut(plain(JSON.stringify(value)), Math.max(20, width));
