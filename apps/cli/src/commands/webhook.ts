import { Option, type Command } from 'commander';
import { lifecycleNames, type Webhook, type WebhookDelivery, type WebhookRequest } from '#libs/contracts';
import { listed, positiveInteger, repeated } from '../arguments.js';
import { UsageError } from '../cli-error.js';
import type { Context } from '../context.js';
import { count, cut, plain } from '../output/text.js';
import { ago, left } from '../output/times.js';
import type { Bind } from '../program.js';
import { type ActOptions as Who, byText, reasonText, whoOf } from './acted.js';

interface PutOptions extends Who {
  readonly definition?: string[];
  readonly event?: string[];
  readonly severity?: 'info' | 'warning' | 'error';
  readonly secret?: string[];
  readonly header?: string[];
  readonly disabled?: boolean;
}

export function addWebhookCommands(program: Command, bind: Bind): void {
  const webhook = program.command('webhook').description('what happens to instances, sent to other systems by HTTP');
  const acting = (name: string, description: string): Command =>
    webhook
      .command(name)
      .description(description)
      .argument('<name>')
      .option('--reason <text>', reasonText)
      .option('--by <name>', byText);
  webhook.command('list').alias('ls').description('list webhooks and how they do').action(bind(list));
  webhook.command('get').description('one webhook, with its last deliveries').argument('<name>').action(bind(get));
  acting('put', 'create or replace one; the secret of a new one is shown once')
    .argument('<url>', 'where to')
    .option('-d, --definition <names>', 'only of these, by comma', listed)
    .option('-e, --event <names>', `only these, by comma: ${lifecycleNames.join(', ')}`, listed)
    .addOption(new Option('--severity <least>', 'only at least this').choices(['info', 'warning', 'error']))
    .option('--secret <secrets>', 'whsec_…; several by comma while they rotate', listed)
    .option('-H, --header <line>', 'sent along: "name: value"; may be repeated', repeated)
    .option('--disabled', 'keep it, and send nothing')
    .action(bind(put));
  acting('delete', 'remove one with its deliveries').alias('rm').action(bind(remove));
  acting('test', 'send a ping, and tell what became of it').action(bind(test));
  acting('enable', 'enable it again, and try at once what waits').action(bind(enable));
  webhook
    .command('deliveries')
    .description('list deliveries, newest first')
    .argument('<name>')
    .addOption(new Option('--status <status>', 'only these').choices(['waiting', 'delivered', 'failed']))
    .option('--limit <n>', 'at most so many; default 50', positiveInteger, 50)
    .action(bind(deliveries));
  acting('redeliver', 'deliver one again').argument('<id>', 'of the delivery: instance/seq').action(bind(redeliver));
}

async function list({ printer, client, shell }: Context): Promise<void> {
  const webhooks: Webhook[] = [];
  for await (const each of client.listWebhooks()) webhooks.push(each);
  printer.list(
    webhooks,
    ['webhook', 'status', 'waiting', 'delivered', 'failed', 'last', 'answered', 'url'],
    ({ name, status, waiting, delivered, failed, lastAt, lastStatus, url }) => [
      plain(name),
      status === 'active' ? '● active' : printer.colours.yellow('⊘ disabled'),
      ...[waiting, delivered, failed].map(String),
      lastAt === null ? '–' : ago(lastAt, shell.now()),
      String(lastStatus ?? '–'),
      cut(plain(url), 60),
    ],
    'No webhooks. Make one: orquestra webhook put <name> <url>',
  );
}

async function get(context: Context, _: unknown, name: string): Promise<void> {
  const { printer, client } = context;
  const webhook = await client.getWebhook(name);
  if (printer.isJson) return printer.json(webhook);
  show(context, webhook);
  printer.line();
  await deliveries(context, { limit: 10 }, name);
}

async function put(context: Context, options: PutOptions, name: string, url: string): Promise<void> {
  const { client } = context;
  const { definition, event, severity, secret, header, disabled, reason } = options;
  const request = {
    url,
    ...(definition && { definitions: definition }),
    ...(event && { events: event }),
    ...(severity && { severity }),
    ...(secret && { secret }),
    ...(header && { headers: headersOf(header) }),
    enabled: disabled !== true,
  } as WebhookRequest;
  show(context, await client.putWebhook(name, request, { by: whoOf(context, options), reason }));
}

async function remove(context: Context, options: Who, name: string): Promise<void> {
  const webhook = await context.client.deleteWebhook(name, { by: whoOf(context, options), reason: options.reason });
  if (context.printer.isJson) context.printer.json(webhook);
  else context.printer.line(`✓ ${plain(name)} is removed`);
}

async function enable(context: Context, options: Who, name: string): Promise<void> {
  show(context, await context.client.enableWebhook(name, { by: whoOf(context, options), reason: options.reason }));
}

const testedWithinMs = 20_000;
const lookEveryMs = 250;

/** @returns exit code 1 when the ping did not arrive */
async function test(context: Context, options: Who, name: string): Promise<number | void> {
  const { client, printer, shell } = context;
  const sent = await client.testWebhook(name, { by: whoOf(context, options), reason: options.reason });
  const untilMs = performance.now() + testedWithinMs;
  let found: WebhookDelivery = sent;
  while (found.status === 'waiting' && performance.now() < untilMs) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    for await (const each of client.listDeliveries(name, { pageSize: 50 })) {
      if (each.id !== sent.id) continue;
      found = each;
      break;
    }
  }
  tell(context, found);
  if (!printer.isJson && found.status === 'waiting') shell.err('Not tried yet: is an orchestrator running?\n');
  return found.status === 'delivered' ? undefined : 1;
}

async function deliveries(
  { printer, client, shell }: Context,
  options: { status?: string; limit: number },
  name: string,
): Promise<void> {
  const most = options.limit;
  const found: WebhookDelivery[] = [];
  const query = { status: options.status as WebhookDelivery['status'] | undefined, pageSize: Math.min(most, 200) };
  for await (const each of client.listDeliveries(name, query)) {
    found.push(each);
    if (found.length === most) break;
  }
  printer.list(
    found,
    ['delivery', 'event', 'status', 'tries', 'last', 'answered', 'ms', 'next', 'error'],
    ({ id, event, status, attempts, lastAt, lastStatus, lastMs, nextAt, lastError }) => [
      id,
      event,
      glyphs[status],
      String(attempts),
      lastAt === null ? '–' : ago(lastAt, shell.now()),
      String(lastStatus ?? '–'),
      String(lastMs ?? '–'),
      status === 'waiting' && nextAt !== null ? left(nextAt, shell.now()) : '–',
      cut(plain(lastError ?? ''), 60),
    ],
    'Nothing was delivered yet.',
  );
}

async function redeliver(context: Context, options: Who, name: string, id: string): Promise<void> {
  tell(context, await context.client.redeliver(name, id, { by: whoOf(context, options), reason: options.reason }));
}

const glyphs: Readonly<Record<WebhookDelivery['status'], string>> = {
  waiting: '○ waiting',
  delivered: '✓ delivered',
  failed: '✗ failed',
};

function tell({ printer }: Context, delivery: WebhookDelivery): void {
  if (printer.isJson) return printer.json(delivery);
  const { id, event, status, lastStatus, lastMs, lastError } = delivery;
  const answered = lastStatus === null ? '' : `, answered ${lastStatus} in ${lastMs} ms`;
  printer.line(`${glyphs[status]}  ${event} ${id}${answered}`);
  if (lastError !== null && status !== 'delivered') printer.line(`  ${plain(lastError)}`);
}

function show({ printer }: Context, webhook: Webhook): void {
  if (printer.isJson) return printer.json(webhook);
  const { name, url, definitions, events, severity, status, note, waiting, delivered, failed, secret } = webhook;
  const filter = [
    definitions?.join(', ') ?? 'all definitions',
    events?.join(', ') ?? 'all events',
    severity && `at least ${severity}`,
  ];
  printer.line(`${plain(name)}  ${status}${note === null ? '' : `: ${plain(note)}`}`);
  printer.line(`  to ${plain(url)}`);
  printer.line(`  of ${filter.filter(Boolean).map(String).map(plain).join(' · ')}`);
  printer.line(`  ${count(delivered, 'event')} delivered, ${failed} given up, ${waiting} waiting`);
  if (secret !== undefined) printer.line(`  secret ${secret}  (shown this once: keep it where you check signatures)`);
}

function headersOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(':');
      if (at < 1)
        throw new UsageError(
          `expected a header as "name: value", but was ${JSON.stringify(line)}`,
          "For example -H 'x-team: orders'.",
        );
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}
