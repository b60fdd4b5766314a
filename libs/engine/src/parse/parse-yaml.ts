import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLError,
} from 'yaml';
import type { Json } from '../model/json.js';
import type { Problem } from '../model/problem.js';
import { failed, pointerSegments, type ParsedDefinition, type Position } from './parsed-definition.js';

/** Aliases resolved, nested ones multiplied: stops a document that would unfold into a huge one. */
const MAX_ALIASES = 100;

export function parseYamlText(text: string): ParsedDefinition {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      stringKeys: true,
      resolveKnownTags: false,
      uniqueKeys: true,
      prettyErrors: false,
      logLevel: 'error', // silent would also keep quiet about a second document
      lineCounter: lines,
    });
    const problems = [...document.errors, ...document.warnings].map((error) => problemOf(error, lines));
    if (problems.length === 0) problems.push(...refusedNodes(document, lines));
    if (problems.length > 0) return failed(problems);
    const value = document.toJS({ maxAliasCount: MAX_ALIASES }) as Json;
    return { document: value, problems, locate: (pointer) => locate(document, pointer, lines) };
  } catch (error) {
    return failed([unreadable(error)]);
  }
}

function unreadable(error: unknown): Problem {
  const base = { severity: 'error', path: '' } as const;
  if (error instanceof ReferenceError) {
    return {
      ...base,
      code: 'TOO_MANY_ALIASES',
      message: `expected at most ${MAX_ALIASES} resolved aliases, but were more`,
      hint: 'Write the parts out',
    };
  }
  if (error instanceof RangeError)
    return { ...base, code: 'NESTED_TOO_DEEP', message: 'expected moderate nesting, but was far too deep' };
  return { ...base, code: 'SYNTAX', message: `expected YAML 1.2, but ${error instanceof Error ? error.message : String(error)}` };
}

const CODES: Readonly<Record<string, readonly [code: string, hint?: string]>> = {
  DUPLICATE_KEY: ['DUPLICATE_KEY', 'Keep one of them'],
  MULTIPLE_DOCS: ['SEVERAL_DOCUMENTS', 'Register each definition by itself: remove what follows "---"'],
  TAG_RESOLVE_FAILED: ['TAG_NOT_ALLOWED', 'Remove the tag; quote text that looks like something else'],
  MULTIPLE_TAGS: ['TAG_NOT_ALLOWED', 'Remove the tags'],
};

function problemOf(error: YAMLError, lines: LineCounter): Problem {
  const [code, hint] = CODES[error.code] ?? ['SYNTAX'];
  const message = `expected YAML 1.2, but: ${error.message}`;
  return { severity: 'error', code, path: '', message, ...(hint !== undefined && { hint }), ...position(error.pos[0], lines) };
}

function position(offset: number, lines: LineCounter): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Tags, and aliases of the value they stand in: what YAML allows and a definition must not have. */
function refusedNodes(document: Document.Parsed, lines: LineCounter): Problem[] {
  const problems: Problem[] = [];
  const refuse = (code: string, message: string, hint: string, node: Node): void => {
    problems.push({ severity: 'error', code, path: '', message, hint, ...position(node.range?.[0] ?? 0, lines) });
  };
  visit(document, {
    Alias: (_key, node, ancestors) => {
      if (!ancestors.includes(node.resolve(document) as Node)) return;
      refuse(
        'ALIAS_OF_ITSELF',
        `expected an alias of another value, but *${node.source} stands inside &${node.source}`,
        'Write the part out',
        node,
      );
    },
    Value: (_key, node) => {
      if (node.tag === undefined) return;
      const hint = 'Remove the tag; quote text that looks like something else';
      refuse('TAG_NOT_ALLOWED', `expected a document without tags, but was ${node.tag}`, hint, node);
    },
  });
  return problems;
}

/** The key of a member, the item of a list. */
function locate(document: Document.Parsed, pointer: string, lines: LineCounter): Position | undefined {
  let node = resolve(document.contents, document);
  let offset = node?.range?.[0];
  for (const segment of pointerSegments(pointer)) {
    const found = step(node, segment);
    if (found === undefined) break;
    offset = found.at?.range?.[0] ?? offset;
    node = resolve(found.value, document);
  }
  return offset === undefined ? undefined : position(offset, lines);
}

function step(node: Node | null | undefined, segment: string): { at: Node | null; value: Node | null } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === segment);
    return pair && { at: pair.key as Node, value: pair.value as Node | null };
  }
  const item = isSeq(node) ? (node.items[Number(segment)] as Node | undefined) : undefined;
  return item && { at: item, value: item };
}

const resolve = (node: Node | null | undefined, document: Document.Parsed): Node | null | undefined =>
  isAlias(node) ? node.resolve(document) : node;
