import type { Command } from 'commander';
import type { EventOutcome, KeptEvent } from '#libs/contracts';
import { UsageError } from '../cli-error.js';
import type { Context } from '../context.js';
import { readJson } from '../input.js';
import { count, cut, plain } from '../output/text.js';
import { ago, left } from '../output/times.js';
import type { Bind } from '../program.js';
import { resolveId } from './resolve-id.js';

interface SendOptions {
  readonly instance?: string;
  readonly key?: string;
  readonly payload?: string;
  readonly id?: string;
  readonly ttl?: string;
}

export function addEventCommands(program: Command, bind: Bind): void {
  const event = program.command('event').description('events that instances wait for: send, list and bind them');
  event
    .command('send')
    .description('send an event to an instance, or by key to whoever waits for it')
    .argument('<name>', 'name of the event')
    .option('-i, --instance <id>', 'to this instance')
    .option('-k, --key <key>', 'to every step that correlates by this key; kept when there is none')
    .option('-p, --payload <json>', 'JSON, @file (JSON or YAML) or - (stdin); default null')
    .option('--id <id>', 'your id of it: the same one again does nothing')
    .option('--ttl <duration>', 'with --key: how long it is kept; default 24h')
    .action(bind(send));
  event
    .command('list')
    .alias('ls')
    .description('list events by key that nobody has taken')
    .option('-u, --unmatched', 'whose time has passed, in place of those that are kept')
    .action(bind(list));
  event
    .command('bind')
    .description('give an event that nobody has taken to an instance')
    .argument('<event>', 'id of the event')
    .argument('<instance>', 'id of the instance, or enough of its beginning')
    .action(bind(bindTo));
}

async function send(context: Context, options: SendOptions, name: string): Promise<void> {
  const { client, shell } = context;
  const { instance, key, id, ttl } = options;
  if ((instance === undefined) === (key === undefined))
    throw new UsageError(
      'expected either --instance or --key',
      'An event goes to one instance, or to whoever waits with the key.',
    );
  if (key === undefined && ttl !== undefined)
    throw new UsageError('expected --ttl only with --key', 'An instance keeps its events until it ends.');
  const payload = options.payload === undefined ? undefined : await readJson(options.payload, '--payload', shell);
  const outcome =
    key === undefined
      ? await client.sendEventToInstance(await resolveId(client, instance ?? ''), { name, payload, id })
      : await client.sendEvent({ name, key, payload, id, ttl });
  tell(context, outcome);
}

async function bindTo(context: Context, _: unknown, event: string, instance: string): Promise<void> {
  const { client } = context;
  tell(context, await client.bindEvent(event, { instance: await resolveId(client, instance) }));
}

const words: Readonly<Record<EventOutcome['outcome'], string>> = {
  matched: '✓ matched: taken by what waited for it',
  kept: '‖ kept: until a step waits for it',
  dropped: '⊘ dropped: it does not fit what waits',
  stored: '○ stored: not decided yet',
};

function tell({ printer }: Context, outcome: EventOutcome): void {
  if (printer.isJson) return printer.json(outcome);
  printer.line(`${words[outcome.outcome]}  ${plain(outcome.id)}`);
  const { instances } = outcome;
  if (instances.length > 0) printer.line(`${count(instances.length, 'instance')}: ${instances.slice(0, 10).join(', ')}`);
}

async function list({ printer, client, shell }: Context, { unmatched }: { unmatched?: boolean }): Promise<void> {
  const events: KeptEvent[] = [];
  for await (const event of client.listEvents({ status: unmatched ? 'unmatched' : 'waiting' })) events.push(event);
  const now = shell.now();
  printer.list(
    events,
    ['id', 'name', 'key', 'received', 'kept for', 'payload'],
    (event) => [
      plain(event.id),
      plain(event.name),
      plain(event.key),
      ago(event.receivedAt, now),
      unmatched ? '–' : left(event.expiresAt, now),
      cut(plain(JSON.stringify(event.payload)), 60),
    ],
    unmatched ? 'No event went unmatched.' : 'No event waits for a taker.',
  );
  if (!printer.isJson && events.length > 0) printer.note('Give one to an instance: orquestra event bind <event> <instance>');
}
