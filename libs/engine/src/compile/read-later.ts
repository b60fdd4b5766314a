import { Cron } from 'croner';
import type { RootName } from '../expressions/template.js';
import { TemplateReader } from './draft.js';
import { Fields, kindOf } from './fields.js';
import { readRetry } from './read-retry.js';
import { TASK_SHAPE } from './vocabulary.js';

/** Options of format 1 that this version accepts and checks, but does not act on yet: definitions need not be rewritten for them. */

const COMPENSATE_FIELDS = new Set(['task', 'input', 'queue', 'retry', 'timeout', 'priority']);

/** @param roots the step's roots and `output` */
export function checkLaterFields(step: Fields, reader: TemplateReader, roots: ReadonlySet<RootName>): void {
  checkCompensate(step, reader, roots);
  reader.text('affinity', roots);
  reader.record('requires', roots);
  step.number('slots', 1, 1_000);
}

function checkCompensate(step: Fields, reader: TemplateReader, roots: ReadonlySet<RootName>): void {
  const value = step.get('compensate');
  if (value === undefined) return;
  const fields = Fields.of(value, step.at('compensate'), '"compensate"', step.problems);
  if (!fields) return;
  fields.checkNames(COMPENSATE_FIELDS, 'compensate');
  fields.require('task', 'the task that undoes the step');
  const task = fields.get('task');
  if (task !== undefined && (typeof task !== 'string' || !(task.includes('${') || TASK_SHAPE.test(task)))) {
    fields.error('VALUE_INVALID', 'task', `expected a task name, but was ${kindOf(task)}`);
  }
  for (const name of ['task', 'input', 'queue', 'priority']) {
    const member = fields.get(name);
    if (member !== undefined) reader.value(member, fields.at(name), roots);
  }
  fields.duration('timeout');
  readRetry(fields);
}

const CONCURRENCY_FIELDS = new Set(['key', 'limit', 'onLimit']);
const COMPENSATION_FIELDS = new Set(['on', 'order', 'onFailure']);
const TRIGGER_FIELDS = new Set(
  'name,kind,type,version,input,key,enabled,cron,timezone,overlap,catchUp,jitter,disableAfter,secret,event,exchange,queue,routingKey,filter,schedule,hook,message'.split(
    ',',
  ),
);

/** The keys of the document that this version accepts without acting on them. */
export function checkLaterDocumentKeys(document: Fields): void {
  checkConcurrency(document);
  checkCompensation(document);
  checkTriggers(document);
  const retention = document.get('retention');
  if (typeof retention === 'string') document.duration('retention');
  else if (retention !== undefined) Fields.of(retention, document.at('retention'), '"retention"', document.problems);
}

function checkConcurrency(document: Fields): void {
  const value = document.get('concurrency');
  const fields =
    value === undefined ? undefined : Fields.of(value, document.at('concurrency'), '"concurrency"', document.problems);
  if (!fields) return;
  fields.checkNames(CONCURRENCY_FIELDS, 'concurrency');
  fields.number('limit', 1, 1_000_000);
  fields.oneOf('onLimit', ['queue', 'reject', 'cancelOldest'], 'queue');
  new TemplateReader(fields, document.problems).text('key', new Set(['input', 'instance']));
}

function checkCompensation(document: Fields): void {
  const value = document.get('compensation');
  const fields =
    value === undefined ? undefined : Fields.of(value, document.at('compensation'), '"compensation"', document.problems);
  if (!fields) return;
  fields.checkNames(COMPENSATION_FIELDS, 'compensation');
  fields.oneOf('order', ['reverse', 'parallel'], 'reverse');
  fields.oneOf('onFailure', ['continue', 'stop'], 'continue');
  for (const word of fields.texts('on') ?? []) {
    if (!['failure', 'timeout', 'cancel'].includes(word)) {
      fields.error(
        'UNKNOWN_VALUE',
        'on',
        `expected failure, timeout or cancel, but was ${kindOf(word)}`,
        'Write on: [failure, timeout]',
      );
    }
  }
}

function checkTriggers(document: Fields): void {
  const value = document.get('triggers');
  if (value === undefined) return;
  if (!Array.isArray(value)) {
    document.error('WRONG_TYPE', 'triggers', `expected "triggers" to be a list, but was ${kindOf(value)}`);
    return;
  }
  value.forEach((trigger, index) => {
    const fields = Fields.of(trigger, `${document.at('triggers')}/${index}`, 'a trigger', document.problems);
    fields?.checkNames(TRIGGER_FIELDS, 'a trigger');
    if (fields) checkCron(fields);
  });
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
