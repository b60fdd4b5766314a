import { Cron } from 'croner';
import { Fields, kindOf } from './fields.js';
import { TemplateReader } from './template-reader.js';

const CONCURRENCY_FIELDS = new Set(['key', 'limit', 'onLimit']);
const TRIGGER_FIELDS = new Set(
  'name,kind,type,version,input,key,enabled,cron,timezone,overlap,catchUp,jitter,disableAfter,secret,event,exchange,queue,routingKey,filter,schedule,hook,message'.split(
    ',',
  ),
);

/** What starts instances, how many run at a time and how long they are kept: acted on outside the engine, and checked here. */
export function checkOutsideKeys(document: Fields): void {
  checkConcurrency(document);
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
  new TemplateReader(fields).text('key', { roots: new Set(['input', 'instance']) });
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
