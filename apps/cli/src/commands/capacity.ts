import type { Command } from 'commander';
import type { Context } from '../context.js';
import { plain } from '../output/text.js';
import { ago } from '../output/times.js';
import type { Bind } from '../program.js';

export function addCapacityCommands(program: Command, bind: Bind): void {
  program
    .command('partition')
    .description('partitions')
    .command('list')
    .description('list partitions and who owns them')
    .action(bind(partitions));
}

async function partitions({ printer, client, shell }: Context): Promise<void> {
  printer.list(
    await client.partitions(),
    ['partition', 'owner', 'host', 'version', 'since', 'renewed', 'in flight', 'backlog'],
    ({ partition, owner, host, version, ownedSince, renewedAt, inFlight, backlog }) => [
      String(partition),
      owner === null ? printer.colours.yellow('nobody') : plain(owner),
      plain(host ?? '–'),
      plain(version ?? '–'),
      ownedSince === null ? '–' : ago(ownedSince, shell.now()),
      renewedAt === null ? '–' : ago(renewedAt, shell.now()),
      String(inFlight),
      String(backlog),
    ],
    'No partitions.',
  );
}
