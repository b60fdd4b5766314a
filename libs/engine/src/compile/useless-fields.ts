import type { Fields } from './fields.js';
import type { StepDraft } from './draft.js';
import { FIELD_TYPES } from './vocabulary.js';

/** Options that say nothing here: not wrong, but probably not what was meant. */
export function checkEffect(fields: Fields, { type, runOn }: Pick<StepDraft['fixed'], 'type' | 'runOn'>): void {
  for (const name of Object.keys(fields.value)) {
    const types = FIELD_TYPES.get(name);
    if (types === undefined || types.has(type)) continue;
    const owners = types.size > 3 ? 'another step' : `a ${[...types].join(' or ')} step`;
    fields.problems.warning(
      'NO_EFFECT',
      fields.at(name),
      `expected "${name}" on ${owners}, but a ${type} step has no use for it`,
      `Remove "${name}"`,
    );
  }
  if (runOn === 'success' || type === 'parallel' || type === 'forEach') return;
  for (const name of ['join', 'cancelRest']) {
    if (!fields.has(name)) continue;
    fields.problems.warning(
      'NO_EFFECT',
      fields.at(name),
      `expected "${name}" with runOn: success, but runOn: ${runOn} waits for all needs to end`,
      `Remove "${name}"`,
    );
  }
}
