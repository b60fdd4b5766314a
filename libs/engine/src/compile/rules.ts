import type { RootRules } from '../expressions/reads.js';
import { ROOT_PLACES, TYPE_NAMES } from '../expressions/roots.js';
import type { RootName } from '../expressions/template.js';
import { kindOf, type Fields } from './fields.js';

/** What the expressions of a step in the document's own list may read. */
export const STEP_RULES: Required<RootRules> = {
  roots: new Set<RootName>(['input', 'ctx', 'steps', 'needs', 'instance', 'now']),
  names: new Set(),
};

/** Rules that also allow these roots, and a name given with `as`. */
export function extended(rules: RootRules, roots: readonly RootName[], name?: string): RootRules {
  const names = rules.names ?? new Set();
  return {
    roots: roots.every((root) => rules.roots.has(root)) ? rules.roots : new Set([...rules.roots, ...roots]),
    names: name === undefined ? names : new Set([...names, name]),
  };
}

const WORDS_OF_CEL = new Set(
  'true,false,null,in,as,break,const,continue,else,for,function,if,import,let,loop,package,namespace,return,var,void,while,cel,optional'.split(
    ',',
  ),
);

/** The `as` of a forEach or catch: a name for expressions, which must not hide a root or a word of the language. */
export function readName(fields: Fields, what: string): string | undefined {
  const name = fields.text('as', 100);
  if (name === undefined) return undefined;
  if (!/^[A-Za-z_]\w*$/.test(name))
    return fields.error(
      'VALUE_INVALID',
      'as',
      `expected a name for the ${what} of letters, digits and "_", but was ${kindOf(name)}`,
      `Write as: ${what === 'error' ? 'problem' : 'order'}`,
    );
  const isTaken = Object.hasOwn(ROOT_PLACES, name) || TYPE_NAMES.has(name) || WORDS_OF_CEL.has(name) || name === 'none';
  if (isTaken && name !== what)
    return fields.error(
      'VALUE_INVALID',
      'as',
      `expected a name of its own for the ${what}, but "${name}" has a meaning already`,
      'Choose another word',
    );
  return isTaken ? undefined : name;
}
