import { pointer } from '../json/bounds.js';
import type { Plan } from '../model/plan.js';
import { kindOf, type Fields } from './fields.js';

const FIELDS = new Set(['on', 'order', 'onFailure']);
const CAUSES = ['failure', 'timeout', 'cancel'] as const;
type Cause = (typeof CAUSES)[number];

/** `compensation`: after which ends what was completed is undone, and how. */
export function readCompensation(document: Fields): Plan['compensation'] {
  const fields = document.object('compensation', FIELDS, 'compensation');
  return {
    on: new Set(fields ? readCauses(fields) : ['failure', 'timeout']),
    order: fields?.oneOf('order', ['reverse', 'parallel'], 'reverse') ?? 'reverse',
    onFailure: fields?.oneOf('onFailure', ['continue', 'stop'], 'continue') ?? 'continue',
  };
}

function readCauses(fields: Fields): readonly Cause[] {
  const words = fields.texts('on') ?? ['failure', 'timeout'];
  words.forEach((word, index) => {
    if ((CAUSES as readonly string[]).includes(word)) return;
    const message = `expected failure, timeout or cancel, but was ${kindOf(word)}`;
    fields.problems.error('UNKNOWN_VALUE', pointer(fields.at('on'), index), message, 'Write on: [failure, timeout]');
  });
  return words as Cause[];
}
