import type { Command } from 'commander';
import type { HookDelivery } from '#libs/contracts';
import { positiveInteger } from '../arguments.js';
import type { Context } from '../context.js';
import { cut, plain } from '../output/text.js';
import { ago } from '../output/times.js';
import type { Bind } from '../program.js';

/** What came to a hook. */
export function addDeliveriesCommand(trigger: Command, bind: Bind): void {
  trigger
    .command('deliveries')
    .description('list the last requests to a hook and how they were answered, newest first')
    .argument('<name>', 'name of the hook')
    .option('-l, --limit <count>', 'at most so many', positiveInteger, 20)
    .action(bind(deliveries));
}

async function deliveries({ printer, client, shell }: Context, { limit }: { limit: number }, name: string): Promise<void> {
  const found: HookDelivery[] = [];
  for await (const delivery of client.hookDeliveries(name, { pageSize: Math.min(limit, 200) })) {
    found.push(delivery);
    if (found.length === limit) break;
  }
  const now = shell.now();
  printer.list(
    found,
    ['came', 'id', 'signature', 'answer', 'outcome', 'instance', 'why'],
    ({ at, id, signature, status, outcome, instance, reason }) => [
      ago(at, now),
      cut(plain(id), 40),
      signature,
      String(status),
      outcome,
      instance ?? '–',
      cut(plain(reason ?? ''), 80),
    ],
    'Nothing has come yet.',
  );
}
