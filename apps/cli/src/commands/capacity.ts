import type { Command } from 'commander';
import type { Context } from '../context.js';
import { plain } from '../output/text.js';
import { ago, elapsed } from '../output/times.js';
import type { Bind } from '../program.js';

export function addCapacityCommands(program: Command, bind: Bind): void {
  program
    .command('worker')
    .description('workers')
    .command('list')
    .description('list workers and what they run')
    .action(bind(workers));
  program
    .command('queue')
    .description('queues')
    .command('list')
    .description('list queues and what waits in them')
    .action(bind(queues));
  program
    .command('partition')
    .description('partitions')
    .command('list')
    .description('list partitions and who owns them')
    .action(bind(partitions));
}

async function workers({ shell, printer, client }: Context): Promise<void> {
  printer.list(
    await client.workers(),
    ['worker', 'status', 'host', 'version', 'running', 'slots', 'finished', 'tasks', 'seen'],
    (worker) => [
      plain(worker.id),
      worker.status,
      plain(worker.host),
      plain(worker.version),
      String(worker.running),
      String(worker.concurrency),
      String(worker.finished),
      plain([...new Set(worker.handlers.map((handler) => handler.task))].sort().join(', ')),
      ago(worker.lastSeenAt, shell.now()),
    ],
    'No workers. Steps wait until one is there; start one with `npm start` or `npm run cluster`.',
  );
}

async function queues({ shell, printer, client }: Context): Promise<void> {
  printer.list(
    await client.queues(),
    ['queue', 'task', 'queued', 'sent', 'running', 'workers', 'slots', 'oldest waits'],
    (queue) => [
      plain(queue.queue),
      plain(queue.task),
      String(queue.queued),
      String(queue.sent),
      String(queue.running),
      queue.workers === 0 && queue.queued + queue.sent > 0 ? printer.colours.yellow('0 (none!)') : String(queue.workers),
      String(queue.slots),
      elapsed(queue.oldestAt, null, shell.now()),
    ],
    'No queues: no step has been sent yet.',
  );
}

async function partitions({ printer, client }: Context): Promise<void> {
  printer.list(
    await client.partitions(),
    ['partition', 'owner', 'epoch', 'lease until'],
    ({ partition, owner, epoch, expiresAt }) => [
      String(partition),
      owner === null ? printer.colours.yellow('nobody') : plain(owner),
      String(epoch),
      expiresAt ?? '–',
    ],
    'No partitions.',
  );
}
