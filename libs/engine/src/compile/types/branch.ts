import type { Template } from '../../expressions/template.js';
import { canonicalJson } from '../../json/canonical.js';
import { pointer } from '../../json/bounds.js';
import type { Json } from '../../model/json.js';
import type { ScopeDraft } from '../draft.js';
import { Fields } from '../fields.js';
import { optional, type StepContext, type TypeFields } from '../step-context.js';
import { readBodyKey } from './body-key.js';

interface CaseDraft {
  readonly id: string;
  readonly is?: Template;
  readonly isList?: boolean;
  readonly if?: Template;
  readonly body: ScopeDraft;
}

const CASE_FIELDS = new Set(['id', 'is', 'if', 'steps']);

export function readBranch(step: StepContext): TypeFields {
  const { fields, reader, rules } = step;
  fields.require('cases', 'a list of cases');
  const cases = readCases(step);
  const on = reader.template('on', rules);
  const match = fields.oneOf('match', ['first', 'all'], 'first');
  const otherwise = fields.has('default') ? step.body(fields.get('default'), fields.at('default'), 'default') : undefined;
  checkOn(step, cases);
  checkCover(step, cases, match);
  return {
    bodies: [...cases.map(({ body }) => body), ...(otherwise ? [otherwise] : [])],
    mayBeEmpty: otherwise === undefined,
    block: (scopeOf) => ({
      branch: {
        cases: cases.map(({ body, ...own }) => ({ ...own, scope: scopeOf(body) })),
        match,
        ...(on && { on }),
        ...(otherwise && { default: scopeOf(otherwise) }),
      },
    }),
  };
}

function readCases(step: StepContext): CaseDraft[] {
  const { fields } = step;
  const list = fields.list('cases', 'Write each case as an item: - { id: paid, is: paid, steps: [] }');
  const ids = new Map<string, string>();
  return list.flatMap((value, index) => {
    const own = Fields.of(value, pointer(fields.at('cases'), index), 'a case', fields.problems);
    const read = own && readCase(step, own, ids);
    return read ? [read] : [];
  });
}

function readCase(step: StepContext, fields: Fields, ids: Map<string, string>): CaseDraft | undefined {
  fields.checkNames(CASE_FIELDS, 'a case');
  fields.require('id', 'an id that is unique among the cases');
  fields.requireOne(['is', 'if'], 'when it is taken');
  fields.require('steps', 'a list of steps');
  const reader = step.reader.of(fields);
  const is = reader.template('is', step.rules);
  const condition = reader.condition('if', step.rules);
  const id = readBodyKey(fields.get('id'), fields.at('id'), 'the id of a case', fields.problems);
  const body = step.body(fields.get('steps'), fields.at('steps'), id ?? '');
  if (id === undefined) return undefined;
  if (id === 'default')
    return fields.error(
      'ID_INVALID',
      'id',
      'expected an id other than "default"',
      'Write its steps under "default" of the branch',
    );
  const first = ids.get(id);
  if (first !== undefined)
    return fields.error(
      'DUPLICATE_ID',
      'id',
      `expected each id once, but "${id}" is also the id of ${first}`,
      'Rename one of them',
    );
  ids.set(id, fields.path);
  return { id, body, ...optional({ is, if: condition, isList: Array.isArray(fields.get('is')) || undefined }) };
}

function checkOn({ fields }: StepContext, cases: readonly CaseDraft[]): void {
  const compares = cases.some((own) => own.is !== undefined);
  if (compares && !fields.has('on'))
    fields.error('MISSING_FIELD', 'on', 'expected the value that "is" compares with, but there is none', 'Add "on"');
  if (compares || !fields.has('on') || cases.length === 0) return;
  fields.problems.warning('NO_EFFECT', fields.at('on'), 'expected "on" beside cases with "is", but all have "if"', 'Remove "on"');
}

/** Cases that an earlier one always takes first, and values that none takes. */
function checkCover({ fields }: StepContext, cases: readonly CaseDraft[], match: 'first' | 'all'): void {
  if (match === 'all') return;
  const seen = new Map<string, string>();
  let takesAll: string | undefined;
  for (const own of cases) {
    const before = takesAll ?? (own.is?.isLiteral ? takenBy(own, seen) : undefined);
    if (before !== undefined) {
      const at = pointer(fields.at('cases'), cases.indexOf(own));
      const message = `expected a case that can be taken, but "${own.id}" never is: "${before}" takes its values`;
      fields.problems.warning('UNREACHABLE_CASE', at, message, 'Remove it, or put it first');
    }
    if (own.if?.isLiteral && own.if.source === true) takesAll ??= own.id;
  }
  if (takesAll !== undefined || fields.has('default')) return;
  fields.problems.warning(
    'MISSING_DEFAULT',
    fields.path,
    'expected a default, but there is none: when no case fits, nothing runs and the output is null',
    'Add default: [] if that is meant, or a step of type fail',
  );
}

/** The earlier case that takes all values of this one. */
function takenBy(own: CaseDraft, seen: Map<string, string>): string | undefined {
  const value = own.is!.evaluate({});
  const values = (own.isList ? (value as Json[]) : [value]).map(canonicalJson);
  const owners = values.map((text) => seen.get(text));
  for (const text of values) if (!seen.has(text)) seen.set(text, own.id);
  return values.length > 0 && owners.every((owner) => owner !== undefined) ? owners[0] : undefined;
}
