import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { ApiProblem, ServerUnreachable } from '#libs/client';
import type { Feed } from '#libs/contracts';
import { UsageError } from '../cli-error.js';
import type { Context } from '../context.js';
import { plain } from '../output/text.js';
import type { Bind } from '../program.js';

interface FeedOptions {
  readonly partition: string;
  readonly after?: string;
  readonly follow?: boolean;
  readonly all?: boolean;
}

const waitMs = 20_000;
const pageSize = 500;
/** While what is followed does not answer, it is asked again so often. */
const againMs = 1_000;

export function addFeedCommand(program: Command, bind: Bind): void {
  program
    .command('feed')
    .description('what happened in one partition, in the order of commit, without a gap')
    .requiredOption('-p, --partition <n>', 'which; `orquestra partition list` tells how many there are')
    .option('-a, --after <cursor>', 'go on behind this one; default: the oldest there is')
    .option('-f, --follow', 'go on as it happens')
    .option('--all', 'every audit event, not only those of lifecycles')
    .action(bind(feed));
}

async function feed(context: Context, options: FeedOptions): Promise<void> {
  const partition = Number(options.partition);
  if (!Number.isInteger(partition) || partition < 0)
    throw new UsageError('expected --partition to be a whole number from 0', 'For example --partition 0.');
  const { follow = false, all = false } = options;
  const query = { partition, all, limit: pageSize, waitMs: follow ? waitMs : 0 };
  const read = (after: string | undefined): Promise<Feed> => context.client.feed({ ...query, after });
  for (
    let after = options.after, page = await read(after);
    ;
    page = await (follow ? persistently(context, read, after) : read(after))
  ) {
    for (const item of page.items) tell(context, item);
    after = page.next;
    if (page.end && !follow) {
      if (!context.printer.isJson) context.printer.note(`Go on from here: --after ${page.next}`);
      return;
    }
  }
}

/** The cursor is good after an outage as it was before: who follows goes on when the server answers again. */
async function persistently(
  { printer, shell }: Context,
  read: (after: string | undefined) => Promise<Feed>,
  after: string | undefined,
): Promise<Feed> {
  for (let hasTold = false; ; hasTold = true) {
    try {
      return await read(after);
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (!hasTold) printer.note(`${(error as Error).message}; trying again`);
    }
    await delay(againMs, undefined, { signal: shell.interrupt });
  }
}

const isPassing = (error: unknown): boolean =>
  error instanceof ServerUnreachable || (error instanceof ApiProblem && error.status === 503);

function tell({ printer }: Context, item: Feed['items'][number]): void {
  if (printer.isJson) return printer.json(item);
  const { at, severity, event, instance, seq, definition, version, key, path } = item;
  const mark = severity === 'error' ? '✗' : severity === 'warning' ? '!' : '·';
  const about = [`${definition}@${version}`, key, path].filter((part) => part !== null).map((part) => plain(part));
  printer.line(`${at} ${mark} ${event.padEnd(18)} ${instance}/${seq}  ${about.join('  ')}`);
}
