import { Fields } from './fields.js';
import { checkTriggers } from './read-triggers.js';

/** What starts instances, and how long they are kept: acted on outside the engine, and checked here. */
export function checkOutsideKeys(document: Fields): void {
  checkTriggers(document);
  const retention = document.get('retention');
  if (typeof retention === 'string') document.duration('retention');
  else if (retention !== undefined) Fields.of(retention, document.at('retention'), '"retention"', document.problems);
}
