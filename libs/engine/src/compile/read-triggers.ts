import { pointer } from '../json/bounds.js';
import { triggerNames } from '../triggers/declared-triggers.js';
import { readTrigger } from '../triggers/read-trigger.js';
import { Fields } from './fields.js';
import { NAME_SHAPE } from './vocabulary.js';

/** `triggers` of a definition: each by itself, and their names beside one another. */
export function checkTriggers(document: Fields): void {
  const triggers = document.list('triggers', 'Write each trigger as an item: - { kind: schedule, cron: "0 9 * * MON-FRI" }');
  const names = triggerNames(document.get('name'), triggers);
  triggers.forEach((value, index) => {
    const fields = Fields.of(value, pointer(document.at('triggers'), index), 'a trigger', document.problems);
    if (!fields) return;
    readTrigger(fields, 'definition');
    checkName(fields, names[index]!, names.indexOf(names[index]!) < index);
  });
}

function checkName(fields: Fields, name: string, isAgain: boolean): void {
  const words = 'a lower-case letter, then at most 99 lower-case letters, digits, ".", "_" or "-"';
  if (fields.has('name')) fields.pattern('name', NAME_SHAPE, words);
  else if (name.length > 100)
    fields.error('NAME_INVALID', 'name', `expected a name, since "${name.slice(0, 60)}…" would be too long`, 'Add "name"');
  if (isAgain) fields.error('DUPLICATE_ID', 'name', `expected each trigger once, but "${name}" is there again`);
}
