import { closest } from 'fastest-levenshtein';
import type { z } from 'zod';
import type { ProblemItem } from '#libs/contracts';
import { fault } from './api-problem.js';

type Issue = z.core.$ZodIssue;

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/**
 * What zod found, in our words, with a hint where one is near.
 * @param names how a place is called: a JSON Pointer for bodies, the parameter's name for queries and paths
 */
export function faultsOf(error: z.ZodError, schema: z.ZodType, names: 'pointer' | 'parameter'): ProblemItem[] {
  return error.issues
    .flatMap((issue) => fromIssue(issue, schema))
    .map((item) => (names === 'pointer' ? item : { ...item, path: item.path.slice(1) }));
}

function fromIssue(issue: Issue, schema: z.ZodType): ProblemItem[] {
  const path = pointerOf(issue.path);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, knownKeys(schema, issue.path)));
  if (issue.code === 'invalid_union') return [smallestBranch(issue, schema) ?? fault('INVALID', path, 'expected another shape')];
  return [fault(codeOf(issue), path, wordsOf(issue))];
}

/** Of a union that fits nowhere, the branch with the fewest complaints says most. */
function smallestBranch(issue: Extract<Issue, { code: 'invalid_union' }>, schema: z.ZodType): ProblemItem | undefined {
  const branches = issue.errors.filter((issues) => issues.length > 0).sort((a, b) => a.length - b.length);
  const first = branches[0]?.[0];
  return first ? fromIssue({ ...first, path: [...issue.path, ...first.path] } as Issue, schema)[0] : undefined;
}

function unknownKey(path: string, key: string, known: readonly string[]): ProblemItem {
  const hint = known.length === 0 ? undefined : `did you mean "${closest(key, [...known])}"? Known: ${known.join(', ')}`;
  return fault('UNKNOWN_FIELD', `${path}${pointerOf([key])}`, `expected a known field, but was "${key.slice(0, 100)}"`, hint);
}

type Nested = { readonly shape?: Record<PropertyKey, Nested>; readonly unwrap?: () => Nested };

function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at = objectIn(schema as Nested);
  for (const part of path) at = objectIn(at?.shape?.[part]);
  return Object.keys(at?.shape ?? {});
}

/** The schema inside `.optional()`, `.default()` and the like. */
function objectIn(schema: Nested | undefined): Nested | undefined {
  return schema?.shape === undefined && schema?.unwrap !== undefined ? objectIn(schema.unwrap()) : schema;
}

const codeOf = (issue: Issue): string => (issue.code === 'invalid_type' && issue.input === undefined ? 'REQUIRED' : 'INVALID');

function wordsOf(issue: Issue): string {
  if (issue.message.startsWith('expected')) return withFound(issue.message, issue.input);
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `expected ${issue.expected}, but there was nothing`
        : withFound(`expected ${issue.expected}`, issue.input);
    case 'invalid_value':
      return withFound(`expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`, issue.input);
    case 'invalid_format':
      return withFound(`expected ${formats[issue.format] ?? issue.format}`, issue.input);
    case 'too_big':
      return `expected at most ${String(issue.maximum)}${unitOf(issue.origin)}`;
    case 'too_small':
      return `expected at least ${String(issue.minimum)}${unitOf(issue.origin)}`;
    default:
      return issue.message;
  }
}

const formats: Readonly<Record<string, string>> = {
  uuid: 'a UUID',
  datetime: 'a time such as 2027-01-31T09:00:00Z',
  regex: 'another form',
};
const units: Readonly<Record<string, string>> = { string: ' characters', array: ' items' };
const unitOf = (origin: string): string => units[origin] ?? '';

/** What was found, short: it may be a megabyte. */
function withFound(words: string, input: unknown): string {
  const text = JSON.stringify(input) ?? typeof input;
  return `${words}, but was ${text.length > 80 ? `${text.slice(0, 77)}…` : text}`;
}
