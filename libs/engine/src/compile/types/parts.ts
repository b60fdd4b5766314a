import type { OnError, PartJoin } from '../../model/plan.js';
import type { Fields } from '../fields.js';
import { readJoin } from '../read-join.js';

/** What parallel and forEach have in common: how failures of their parts count, and how many parts must come through. */
export function readParts(fields: Fields, parts: number | undefined): { onError: OnError; join: PartJoin; cancelRest: boolean } {
  const join = readJoin(fields, 'parts');
  const onError = fields.oneOf('onError', ['failFast', 'collect'], 'failFast');
  const cancelRest = fields.flag('cancelRest');
  if (typeof join === 'number' && parts !== undefined && join > parts) {
    const message = `expected "join" to be at most the number of parts, ${parts}, but was ${join}`;
    fields.error('JOIN_INVALID', 'join', message, 'Lower it, or add parts');
  }
  if (cancelRest && join === 'all')
    fields.problems.warning(
      'NO_EFFECT',
      fields.at('cancelRest'),
      'expected "cancelRest" with join: any or a number, but join: all leaves no rest',
      'Remove "cancelRest", or write join: any',
    );
  return { onError, join, cancelRest };
}
