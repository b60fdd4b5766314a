import { Cron } from 'croner';
import type { RootRules } from '../expressions/reads.js';
import { pointer } from '../json/bounds.js';
import { Fields, kindOf } from './fields.js';
import { TemplateReader } from './template-reader.js';

type Kind = keyof typeof KIND_FIELDS;

const COMMON = ['name', 'kind', 'enabled', 'input', 'key'];
export const KIND_FIELDS = {
  schedule: ['cron', 'timezone', 'overlap', 'catchUp', 'jitter', 'disableAfter'],
  hook: ['secret', 'event'],
  message: ['exchange', 'queue', 'routingKey', 'filter', 'event'],
} as const;
const KINDS = Object.keys(KIND_FIELDS) as Kind[];

/** What the expressions of a trigger see beside the time: what started it. */
const RULES: Readonly<Record<Kind, RootRules>> = {
  schedule: { roots: new Set(['scheduledAt', 'now']) },
  hook: { roots: new Set(['now']), names: new Set(['request']) },
  message: { roots: new Set(['now']), names: new Set(['message']) },
};

export function checkTriggers(document: Fields): void {
  document
    .list('triggers', 'Write each trigger as an item: - { kind: schedule, cron: "0 9 * * MON-FRI" }')
    .forEach((value, index) => {
      const fields = Fields.of(value, pointer(document.at('triggers'), index), 'a trigger', document.problems);
      if (fields) checkTrigger(fields);
    });
}

function checkTrigger(fields: Fields): void {
  fields.require('kind', KINDS.join(', '));
  const kind = fields.oneOf('kind', KINDS, 'schedule');
  fields.checkNames(new Set([...COMMON, ...KIND_FIELDS[kind]]), `a trigger of kind ${kind}`);
  fields.text('name', 100);
  fields.flag('enabled');
  const reader = new TemplateReader(fields);
  reader.template('input', RULES[kind]);
  reader.text('key', RULES[kind]);
  if (kind === 'schedule') return checkSchedule(fields);
  for (const name of ['secret', 'event', 'exchange', 'queue', 'routingKey']) fields.text(name, 255);
  reader.condition('filter', RULES[kind]);
  if (kind === 'message') fields.requireOne(['exchange', 'queue'], 'where the messages come from');
}

function checkSchedule(fields: Fields): void {
  fields.require('cron', 'when it starts instances');
  fields.text('timezone', 100);
  fields.oneOf('overlap', ['skip', 'queueOne', 'allow', 'cancelOld'], 'allow');
  fields.duration('catchUp');
  fields.duration('jitter');
  fields.number('disableAfter', 1, 1_000_000);
  checkCron(fields);
}

/** As the scheduler will read it, so that a slip is found at registration and not at the first missed run. */
function checkCron(trigger: Fields): void {
  const [cron, timezone] = [trigger.get('cron'), trigger.get('timezone')];
  if (cron === undefined) return;
  try {
    if (typeof cron !== 'string') throw new TypeError(`expected a text, but was ${kindOf(cron)}`);
    new Cron(cron, { paused: true, ...(typeof timezone === 'string' && { timezone }) }).nextRun();
  } catch (error) {
    const hint = 'Write five fields, minute hour day month weekday, e.g. "0 9 * * MON-FRI", and a zone such as Europe/Madrid';
    trigger.error('CRON_INVALID', 'cron', `expected a cron expression, but ${(error as Error).message}`, hint);
  }
}
