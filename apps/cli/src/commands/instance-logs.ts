import type { StepLog } from '#libs/contracts';
import { WaitTimedOut } from '#libs/client';
import type { Context } from '../context.js';
import { plain } from '../output/text.js';
import { resolveId } from './resolve-id.js';

interface LogsOptions {
  readonly path?: string;
  readonly follow?: boolean;
}

const pauseMs = 1_000;

/** What the steps of an instance logged; with `--follow` until it has ended. */
export async function instanceLogs(context: Context, { path, follow }: LogsOptions, idText: string): Promise<void> {
  const { client } = context;
  const id = await resolveId(client, idText);
  let after = 0;
  for (let isOver = !follow; ;) {
    for await (const line of client.logs(id, { path, after })) {
      printLine(context, line);
      after = line.id;
    }
    if (isOver) return;
    isOver = await hasEnded(context, id);
  }
}

async function hasEnded({ client }: Context, id: string): Promise<boolean> {
  try {
    await client.waitForInstance(id, { timeoutMs: pauseMs });
    return true;
  } catch (error) {
    if (error instanceof WaitTimedOut) return false;
    throw error;
  }
}

function printLine({ printer }: Context, line: StepLog): void {
  if (printer.isJson) return printer.json(line);
  const { dim, bold } = printer.colours;
  const { at, path, attempt, level, text } = line;
  printer.line(`${dim(at)} ${bold(plain(path))}${attempt > 1 ? ` (attempt ${attempt})` : ''} ${level.padEnd(5)} ${plain(text)}`);
}
