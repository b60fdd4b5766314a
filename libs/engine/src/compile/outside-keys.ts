import { Fields } from './fields.js';
import { checkTriggers } from './read-triggers.js';
import { TemplateReader } from './template-reader.js';

const CONCURRENCY_FIELDS = new Set(['key', 'limit', 'onLimit']);
/** What starts instances, how many run at a time and how long they are kept: acted on outside the engine, and checked here. */
export function checkOutsideKeys(document: Fields): void {
  checkConcurrency(document);
  checkTriggers(document);
  const retention = document.get('retention');
  if (typeof retention === 'string') document.duration('retention');
  else if (retention !== undefined) Fields.of(retention, document.at('retention'), '"retention"', document.problems);
}

function checkConcurrency(document: Fields): void {
  const fields = document.object('concurrency', CONCURRENCY_FIELDS, 'concurrency');
  if (!fields) return;
  fields.number('limit', 1, 1_000_000);
  fields.oneOf('onLimit', ['queue', 'reject', 'cancelOldest'], 'queue');
  new TemplateReader(fields).text('key', { roots: new Set(['input', 'instance']) });
}
