import { ExpressionError } from '../expression-error.js';
import { render } from '../leave.js';
import type { Run } from '../run.js';
import { expectList, expectNumber, expectText, type Value } from '../values.js';
import { fn, type FunctionTable } from './registry.js';
import { checkPattern, matches } from './pattern.js';

/** Two code units that are one character: only such text needs the slow way to count. */
const ASTRAL = /[\ud800-\udfff]/;

/** Characters (code points) of a text. */
export const textSize = (text: string): number => (ASTRAL.test(text) ? [...text].length : text.length);

function substring(text: string, start: number, end: number | undefined): string {
  const characters = ASTRAL.test(text) ? [...text] : undefined;
  const size = characters?.length ?? text.length;
  const to = end ?? size;
  if (!Number.isInteger(start) || !Number.isInteger(to) || start < 0 || to < start || to > size) {
    throw new ExpressionError(`substring: expected 0 <= start <= end <= ${size}, but was ${start} and ${to}`);
  }
  return characters ? characters.slice(start, to).join('') : text.slice(start, to);
}

/** Position in characters, −1 when it is not there. */
function position(text: string, at: number): number {
  return at < 0 ? at : textSize(text.slice(0, at));
}

function split(args: readonly Value[], run: Run): Value {
  const text = run.text(expectText(args[0], 'split'));
  const separator = expectText(args[1], 'split');
  const limit = args[2] === undefined ? -1 : expectNumber(args[2], 'split');
  const parts = separator === '' ? [...text] : text.split(separator);
  run.charge(parts.length);
  if (limit < 0 || parts.length <= limit) return parts;
  return limit === 0 ? [] : [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

function join(args: readonly Value[], run: Run): Value {
  const list = expectList(args[0], 'join');
  const separator = args[1] === undefined ? '' : expectText(args[1], 'join');
  const texts = list.map((item) => {
    run.charge(1 + (separator.length >>> 6));
    return scalarText(item, run);
  });
  // Bounded before it is built: every item may be the same large text.
  run.expectLength(texts.reduce((sum, text) => sum + text.length + separator.length, 0));
  return run.text(texts.join(separator));
}

function scalarText(value: Value, run: Run): string {
  if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    throw new ExpressionError('join: expected a list of texts, numbers or truth values, but it holds a list or an object');
  }
  return render(value, run);
}

function replace(args: readonly Value[], run: Run): Value {
  const text = run.text(expectText(args[0], 'replace'));
  const wanted = expectText(args[1], 'replace');
  const by = expectText(args[2], 'replace');
  const count = wanted === '' ? textSize(text) + 1 : text.split(wanted).length - 1;
  run.charge(count);
  run.expectLength(text.length + count * by.length); // before it is built: a short text can grow by a factor of a million here
  return run.text(text.replaceAll(wanted, () => by));
}

const asText = (value: Value | undefined, name: string, run: Run): string => run.text(expectText(value, name));

type TextFunction = (text: string, ...rest: Value[]) => Value;
const onText =
  (name: string, call: TextFunction) =>
  ([text, ...rest]: readonly Value[], run: Run): Value =>
    call(asText(text, name, run), ...rest);

export const textFunctions: FunctionTable = {
  startsWith: fn(
    2,
    2,
    onText('startsWith', (text, part) => text.startsWith(expectText(part, 'startsWith'))),
  ),
  endsWith: fn(
    2,
    2,
    onText('endsWith', (text, part) => text.endsWith(expectText(part, 'endsWith'))),
  ),
  contains: fn(
    2,
    2,
    onText('contains', (text, part) => text.includes(expectText(part, 'contains'))),
  ),
  lowerAscii: fn(
    1,
    1,
    onText('lowerAscii', (text) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase())),
  ),
  upperAscii: fn(
    1,
    1,
    onText('upperAscii', (text) => text.replace(/[a-z]+/g, (part) => part.toUpperCase())),
  ),
  trim: fn(
    1,
    1,
    onText('trim', (text) => text.trim()),
  ),
  indexOf: fn(
    2,
    2,
    onText('indexOf', (text, part) => position(text, text.indexOf(expectText(part, 'indexOf')))),
  ),
  lastIndexOf: fn(
    2,
    2,
    onText('lastIndexOf', (text, part) => position(text, text.lastIndexOf(expectText(part, 'lastIndexOf')))),
  ),
  substring: fn(
    2,
    3,
    onText('substring', (text, start, end) =>
      substring(text, expectNumber(start, 'substring'), end === undefined ? undefined : expectNumber(end, 'substring')),
    ),
  ),
  split: fn(2, 3, split),
  join: fn(1, 2, join),
  replace: fn(3, 3, replace),
  matches: {
    arity: [2, 2],
    call: ([text, pattern], run) => matches(expectText(text, 'matches'), expectText(pattern, 'matches'), run),
    check: ([, pattern]) => (typeof pattern === 'string' ? checkPattern(pattern) : undefined),
  },
};
