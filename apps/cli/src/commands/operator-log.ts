import type { Command } from 'commander';
import { positiveInteger } from '../arguments.js';
import type { Context } from '../context.js';
import { cut, plain } from '../output/text.js';
import { ago } from '../output/times.js';
import type { Bind } from '../program.js';

interface Options {
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

export function addOperatorLogCommand(program: Command, bind: Bind): void {
  program
    .command('operator-log')
    .description('who did what to what, when, from where and why; newest first')
    .option('--actor <name>', 'by this person')
    .option('--action <action>', 'incident.redrive, or all of a subject: incident.*')
    .option('--target <target>', 'an id or a name, or their beginning')
    .option('--from <time>', 'at or after, ISO 8601')
    .option('--to <time>', 'before, ISO 8601')
    .option('--limit <n>', 'at most so many; default 50', positiveInteger, 50)
    .action(bind(operatorLog));
}

async function operatorLog({ printer, client, shell }: Context, { limit, ...query }: Options): Promise<void> {
  const found = await takeFirst(client.operatorLog({ ...query, pageSize: Math.min(limit, 200) }), limit);
  printer.list(
    found,
    ['when', 'who', 'from', 'did', 'to', 'why'],
    ({ at, actor, address, action, target, reason }) => [
      ...[ago(at, shell.now()), plain(actor), address ?? '–', action, cut(plain(target), 60), cut(plain(reason ?? '–'), 60)],
    ],
    'Nobody did anything.',
  );
}

/** The first of a list, page by page. */
export async function takeFirst<T>(all: AsyncIterable<T>, limit: number): Promise<T[]> {
  const found: T[] = [];
  for await (const each of all) {
    found.push(each);
    if (found.length >= limit) break;
  }
  return found;
}
