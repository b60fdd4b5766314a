import { optional } from '../compile/step-context.js';
import type { Fields } from '../compile/fields.js';
import { kindOf } from '../compile/fields.js';
import { TemplateReader } from '../compile/template-reader.js';
import { NAME_SHAPE } from '../compile/vocabulary.js';
import type { RootRules } from '../expressions/reads.js';
import { isTimezone, Timetable } from './timetable.js';
import type { HookTrigger, MessageTrigger, ScheduleTrigger, Trigger, TriggerKind } from './trigger.js';

const COMMON = ['kind', 'enabled', 'input', 'key'];
export const KIND_FIELDS = {
  schedule: ['cron', 'timezone', 'overlap', 'catchUp', 'jitter', 'disableAfter'],
  hook: ['secret', 'event'],
  message: ['exchange', 'queue', 'routingKey', 'filter', 'event'],
} as const;
const KINDS = Object.keys(KIND_FIELDS) as TriggerKind[];
export const OVERLAPS = ['skip', 'queueOne', 'allow', 'cancelOld'] as const;
const DEFAULT_CATCH_UP_MS = 60_000;
const SECRETS_AT_MOST = 5;

/** What the expressions of a trigger see beside the time: what set it off. */
const RULES: Readonly<Record<TriggerKind, RootRules>> = {
  schedule: { roots: new Set(['scheduledAt', 'now']) },
  hook: { roots: new Set(['now']), names: new Set(['request']) },
  message: { roots: new Set(['now']), names: new Set(['message']) },
};

/** Where a trigger is written: inside the definition it starts, or by itself, naming it. */
export type TriggerPlace = 'definition' | 'api';
const PLACE_FIELDS: Readonly<Record<TriggerPlace, readonly string[]>> = {
  definition: ['name'],
  api: ['definition', 'version'],
};

/** Reads one trigger. What is wrong with it is in the list of problems then, and what is returned must not be used. */
export function readTrigger(fields: Fields, place: TriggerPlace): Trigger {
  fields.require('kind', KINDS.join(', '));
  const kind = fields.oneOf('kind', KINDS, 'schedule');
  fields.checkNames(new Set([...PLACE_FIELDS[place], ...COMMON, ...KIND_FIELDS[kind]]), `a trigger of kind ${kind}`);
  if (place === 'api') requireTarget(fields, kind);
  const reader = new TemplateReader(fields);
  const common = {
    enabled: !fields.has('enabled') || fields.flag('enabled'),
    ...optional({
      definition: fields.pattern('definition', NAME_SHAPE, 'the name of a definition'),
      version: place === 'api' ? fields.text('version', 100) : undefined,
      input: reader.template('input', RULES[kind]),
      key: reader.text('key', RULES[kind]),
    }),
  };
  if (kind === 'schedule') return { ...common, ...readSchedule(fields) };
  const event = readEvent(fields);
  if (kind === 'hook') return { ...common, ...readHook(fields), ...event };
  return { ...common, ...readMessage(fields, reader), ...event };
}

function requireTarget(fields: Fields, kind: TriggerKind): void {
  if (kind === 'schedule' || !fields.has('event')) fields.require('definition', 'the definition that it starts');
}

/** An event finds those who wait for it by its key. */
function readEvent(fields: Fields): { event?: string } {
  const event = fields.text('event', 200);
  if (event === '') fields.error('VALUE_INVALID', 'event', 'expected the name of an event, but was empty');
  if (fields.has('event')) fields.require('key', 'the key of the event');
  return optional({ event });
}

function readSchedule(fields: Fields): Pick<ScheduleTrigger, Exclude<keyof ScheduleTrigger, 'enabled'>> {
  fields.require('cron', 'when it starts instances');
  checkCron(fields);
  const cron = fields.get('cron');
  return {
    kind: 'schedule',
    cron: typeof cron === 'string' ? cron : '', // then it has a problem
    timezone: fields.text('timezone', 100) ?? 'UTC',
    overlap: fields.oneOf('overlap', OVERLAPS, 'allow'),
    catchUpMs: fields.duration('catchUp') ?? DEFAULT_CATCH_UP_MS,
    jitterMs: fields.duration('jitter') ?? 0,
    ...optional({ disableAfter: fields.number('disableAfter', 1, 1_000_000) }),
  };
}

/** As the scheduler will read it, so that a slip is found when it is written and not at the first missed run. */
function checkCron(fields: Fields): void {
  const [cron, timezone] = [fields.get('cron'), fields.get('timezone')];
  const isZone = typeof timezone === 'string' && isTimezone(timezone);
  if (typeof timezone === 'string' && !isZone) {
    const words = `expected an IANA time zone, but was ${kindOf(timezone)}`;
    fields.error('CRON_INVALID', 'timezone', words, 'Write the name of a zone, e.g. Europe/Madrid, or UTC');
  }
  if (cron === undefined) return;
  try {
    if (typeof cron !== 'string') throw new TypeError(`was ${kindOf(cron)}`);
    const table = new Timetable(cron, isZone ? timezone : 'UTC');
    if (table.next(SOME_MOMENT_MS) === undefined) throw new TypeError('it is never due');
  } catch (error) {
    // The library begins with a name of its own.
    const why = (error as Error).message.replace(/^CronPattern: /, '');
    const hint =
      'Write five fields, minute hour day month weekday, e.g. "0 9 * * MON-FRI", or six with seconds first; @daily and the like too';
    fields.error('CRON_INVALID', 'cron', `expected a cron expression, but ${why}`, hint);
  }
}
/** 2026: fields repeat for ever, so any moment tells whether there is a slot. */
const SOME_MOMENT_MS = 1_767_225_600_000;

/** Secrets are kept apart from what is compiled; see `secretsOf`. */
function readHook(fields: Fields): Pick<HookTrigger, 'kind'> {
  const secret = fields.get('secret');
  if (!Array.isArray(secret)) checkSecret(fields, fields.text('secret', 500));
  else if (secret.length === 0 || secret.length > SECRETS_AT_MOST)
    fields.error('VALUE_INVALID', 'secret', `expected 1 to ${SECRETS_AT_MOST} secrets, but were ${secret.length}`);
  else for (const one of fields.texts('secret') ?? []) checkSecret(fields, one.slice(0, 501));
  return { kind: 'hook' };
}

/** A key of 24 to 64 bytes in base64, as Standard Webhooks has it; the words do not repeat it. */
const SECRET_SHAPE = /^(?:whsec_)?[A-Za-z0-9+/]{32,86}={0,2}$/;

function checkSecret(fields: Fields, secret: string | undefined): void {
  if (secret === undefined || SECRET_SHAPE.test(secret)) return;
  const hint = 'For example: echo "whsec_$(openssl rand -base64 32)"';
  fields.error('VALUE_INVALID', 'secret', 'expected "whsec_" and 24 to 64 bytes in base64, but was another text', hint);
}

/** What others publish there is for them; what we send each other is not for triggers. */
const OPEN_EXCHANGE = 'orquestra.events';

function sourceOf(fields: Fields, field: 'exchange' | 'queue'): string | undefined {
  const name = fields.text(field, 255);
  const isOurs = name?.startsWith('orquestra.') === true && !(field === 'exchange' && name === OPEN_EXCHANGE);
  if (name !== '' && !isOurs) return name;
  const hint = isOurs ? `Of those of the platform only the exchange ${OPEN_EXCHANGE} is for others` : undefined;
  const words = `expected the name of ${field === 'exchange' ? 'an exchange' : 'a queue'} of yours, but was ${JSON.stringify(name)}`;
  return fields.error('VALUE_INVALID', field, words, hint);
}

function readMessage(fields: Fields, reader: TemplateReader): Omit<MessageTrigger, 'enabled' | 'event'> {
  fields.requireOne(['exchange', 'queue'], 'where the messages come from');
  if (fields.has('queue') && fields.has('routingKey'))
    fields.error('FIELDS_EXCLUDE', 'routingKey', 'expected a routing key with an exchange, but there is a queue', 'Remove it');
  return {
    kind: 'message',
    routingKey: fields.text('routingKey', 255) ?? '#',
    ...optional({
      exchange: sourceOf(fields, 'exchange'),
      queue: sourceOf(fields, 'queue'),
      filter: reader.condition('filter', RULES.message),
    }),
  };
}
