import { parseDocument, type YAMLError } from 'yaml';
import type { Json } from '../model/json.js';
import type { Problem } from '../model/problem.js';
import { Lines } from './lines.js';
import { duplicateKey, failed, type ParsedDefinition } from './parsed-definition.js';
import { Places, type Refused, surveyed } from './yaml-nodes.js';

/** Aliases in the text, and resolved, nested ones multiplied: stops a document that would unfold into a huge one. */
const MAX_ALIASES = 100;

export function parseYamlText(text: string): ParsedDefinition {
  const lines = new Lines(text);
  try {
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      stringKeys: true,
      resolveKnownTags: false,
      uniqueKeys: false, // it would compare each key with each; looked for below
      prettyErrors: false,
      logLevel: 'error', // silent would also keep quiet about a second document
    });
    const faults = [...document.errors, ...document.warnings];
    if (faults.length > 0) return failed(faults, (fault) => problemOf(fault, lines));
    const survey = surveyed(document);
    if (survey.aliases.size > MAX_ALIASES) return failed([document], tooManyAliases);
    if (survey.refused.length > 0) return failed(survey.refused, (refused) => refusal(refused, lines));
    const value = document.toJS({ maxAliasCount: MAX_ALIASES }) as Json;
    const places = new Places(document, survey.aliases, lines);
    return { document: value, problems: [], locate: (pointer) => places.of(pointer) };
  } catch (error) {
    return failed([error], unreadable);
  }
}

function unreadable(error: unknown): Problem {
  if (error instanceof ReferenceError) return tooManyAliases();
  const base = { severity: 'error', path: '' } as const;
  if (error instanceof RangeError)
    return { ...base, code: 'NESTED_TOO_DEEP', message: 'expected moderate nesting, but was far too deep' };
  return { ...base, code: 'SYNTAX', message: `expected YAML 1.2, but ${error instanceof Error ? error.message : String(error)}` };
}

const tooManyAliases = (): Problem => ({
  severity: 'error',
  code: 'TOO_MANY_ALIASES',
  path: '',
  message: `expected at most ${MAX_ALIASES} aliases, those inside of others resolved, but were more`,
  hint: 'Write the parts out',
});

const CODES: Readonly<Record<string, readonly [code: string, hint?: string]>> = {
  MULTIPLE_DOCS: ['SEVERAL_DOCUMENTS', 'Register each definition by itself: remove what follows "---"'],
  TAG_RESOLVE_FAILED: ['TAG_NOT_ALLOWED', 'Remove the tag; quote text that looks like something else'],
  MULTIPLE_TAGS: ['TAG_NOT_ALLOWED', 'Remove the tags'],
};

function problemOf(error: YAMLError, lines: Lines): Problem {
  const [code, hint] = CODES[error.code] ?? ['SYNTAX'];
  const message = `expected YAML 1.2, but: ${error.message}`;
  return { severity: 'error', code, path: '', message, ...(hint !== undefined && { hint }), ...lines.position(error.pos[0]) };
}

function refusal({ kind, node, key }: Refused, lines: Lines): Problem {
  const at = lines.position(node.range?.[0] ?? 0);
  if (kind === 'key') return duplicateKey('', key, at);
  return { severity: 'error', path: '', ...refusals[kind](key), ...at };
}

const refusals: Readonly<Record<Exclude<Refused['kind'], 'key'>, (key: string) => Pick<Problem, 'code' | 'message' | 'hint'>>> = {
  alias: (key) => ({
    code: 'ALIAS_OF_ITSELF',
    message: `expected an alias of another value, but *${key} stands inside &${key}`,
    hint: 'Write the part out',
  }),
  unknown: (key) => ({
    code: 'UNKNOWN_ALIAS',
    message: `expected an alias of a value above it, but there is no &${key}`,
    hint: `Mark that value with &${key}, or quote the text if it is none`,
  }),
  tag: (key) => ({
    code: 'TAG_NOT_ALLOWED',
    message: `expected a document without tags, but was ${key}`,
    hint: 'Remove the tag; quote text that looks like something else',
  }),
};
