import type { Command } from 'commander';
import type { Worker } from '#libs/contracts';
import { formatBytes } from '#libs/engine';
import type { Context } from '../context.js';
import { plain } from '../output/text.js';
import { ago } from '../output/times.js';
import type { Bind } from '../program.js';
import { type ActOptions, byText, reasonText, whoOf } from './acted.js';

export function addWorkerCommands(program: Command, bind: Bind): void {
  const worker = program.command('worker').description('workers');
  worker.command('list').description('list workers and what they run').action(bind(list));
  worker.command('get <id>').description('show one worker').action(bind(get));
  const orders = [
    ['drain', 'let it finish what it runs, and take nothing new', drain],
    ['resume', 'let it take work again', resume],
  ] as const;
  for (const [name, about, act] of orders)
    worker
      .command(`${name} <id>`)
      .description(about)
      .option('--reason <text>', reasonText)
      .option('--by <name>', byText)
      .action(bind(act));
}

async function list({ shell, printer, client }: Context): Promise<void> {
  printer.list(
    await client.workers(),
    ['worker', 'status', 'host', 'version', 'running', 'slots free', 'memory free', 'finished', 'tasks', 'seen'],
    (worker) => [
      plain(worker.id),
      statusOf(worker, printer),
      plain(worker.host),
      plain(worker.version),
      String(worker.running),
      `${worker.freeSlots} of ${worker.concurrency}`,
      memoryOf(worker),
      String(worker.finished),
      plain(tasksOf(worker)),
      ago(worker.lastSeenAt, shell.now()),
    ],
    'No workers. Steps wait until one is there; start one with `npm start` or `npm run cluster`.',
  );
}

async function get({ shell, printer, client }: Context, _options: unknown, id: string): Promise<void> {
  const worker = await client.worker(id);
  if (printer.isJson) return printer.json(worker);
  const labels = Object.entries(worker.labels).map(([name, value]) => `${name}=${value}`);
  const lines: [string, string][] = [
    ['status', statusOf(worker, printer)],
    ['host', `${plain(worker.host)}, process ${worker.pid}, version ${plain(worker.version)}`],
    ['labels', plain(labels.join(', ') || '–')],
    ['slots', `${worker.freeSlots} of ${worker.concurrency} free, ${worker.running} running, ${worker.held} held`],
    ['memory', memoryOf(worker)],
    ['queues', plain([...new Set(worker.handlers.map(({ queue }) => queue))].join(', ') || '–')],
    ['tasks', plain(tasksOf(worker))],
    ['seen', ago(worker.lastSeenAt, shell.now())],
  ];
  printer.line(plain(worker.id));
  for (const [name, text] of lines) printer.line(`  ${name.padEnd(8)}${text}`);
  for (const step of worker.steps)
    printer.line(`  ${step.startedAt === null ? '○' : '●'} ${step.instanceId} ${plain(step.path)}`);
}

async function drain(context: Context, options: ActOptions, id: string): Promise<void> {
  const { reason } = options;
  const worker = await context.client.drainWorker(id, { by: whoOf(context, options), reason });
  tell(context, worker, `drains: ${worker.running} still running, nothing new is taken`);
}

async function resume(context: Context, options: ActOptions, id: string): Promise<void> {
  const { reason } = options;
  tell(context, await context.client.resumeWorker(id, { by: whoOf(context, options), reason }), 'takes work again');
}

function tell({ printer }: Context, worker: Worker, what: string): void {
  if (printer.isJson) printer.json(worker);
  else printer.line(`✓ ${plain(worker.id)} ${what}`);
}

const statusOf = ({ status }: Worker, { colours }: Context['printer']): string =>
  status === 'active' ? status : colours.yellow(status);
const memoryOf = ({ memory }: Worker): string =>
  memory === null ? '–' : `${formatBytes(memory.free)} of ${formatBytes(memory.total)}`;
const tasksOf = ({ handlers }: Worker): string => [...new Set(handlers.map(({ task }) => task))].sort().join(', ');
