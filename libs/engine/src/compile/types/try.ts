import { pointer } from '../../json/bounds.js';
import type { CatchPlan } from '../../model/plan.js';
import type { ScopeDraft } from '../draft.js';
import { Fields } from '../fields.js';
import { extended, readName } from '../rules.js';
import { optional, type StepContext, type TypeFields } from '../step-context.js';

interface CatchDraft extends Omit<CatchPlan, 'scope'> {
  readonly body: ScopeDraft;
}

const CATCH_FIELDS = new Set(['codes', 'when', 'as', 'steps', 'compensate']);

export function readTry(step: StepContext): TypeFields {
  const { fields } = step;
  fields.require('steps', 'a list of steps');
  const body = step.body(fields.get('steps'), fields.at('steps'), 'body', { failFast: true });
  const catches = readCatches(step);
  const atLast = fields.has('finally')
    ? step.body(fields.get('finally'), fields.at('finally'), 'finally', { failFast: false })
    : undefined;
  return {
    bodies: [body, ...catches.map((own) => own.body), ...(atLast ? [atLast] : [])],
    block: (scopeOf) => ({
      try: {
        scope: scopeOf(body),
        catches: catches.map(({ body: handler, ...own }) => ({ ...own, scope: scopeOf(handler) })),
        ...(atLast && { finally: scopeOf(atLast) }),
      },
    }),
  };
}

function readCatches(step: StepContext): CatchDraft[] {
  const { fields } = step;
  const list = fields.list('catch', 'Write each handler as an item: - { codes: [CARD_DECLINED], steps: [] }');
  let takesAll: number | undefined;
  return list.flatMap((value, index) => {
    const path = pointer(fields.at('catch'), index);
    const own = Fields.of(value, path, 'a handler', fields.problems);
    if (!own) return [];
    if (takesAll !== undefined) {
      const message = `expected a handler that can be taken, but it never is: handler ${takesAll + 1} takes every failure`;
      fields.problems.warning('UNREACHABLE_CASE', path, message, 'Remove it, or put it first');
    }
    if (!own.has('codes') && (!own.has('when') || own.get('when') === true)) takesAll ??= index;
    return [readCatch(step, own, index)];
  });
}

function readCatch(step: StepContext, fields: Fields, index: number): CatchDraft {
  fields.checkNames(CATCH_FIELDS, 'a handler');
  fields.require('steps', 'a list of steps');
  const as = readName(fields, 'error');
  const rules = extended(step.rules, ['error'], as);
  return {
    compensate: fields.flag('compensate'),
    ...optional({ codes: fields.codes('codes'), when: step.reader.of(fields).condition('when', rules), as }),
    body: step.body(fields.get('steps'), fields.at('steps'), `catch-${index}`, { roots: ['error'], name: as }),
  };
}
