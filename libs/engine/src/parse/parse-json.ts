import type { Json } from '../model/json.js';
import type { Problem } from '../model/problem.js';
import { jsonFault } from './json-fault.js';
import { JsonScanner } from './json-scanner.js';
import { duplicateKey, failed, type ParsedDefinition } from './parsed-definition.js';

export function parseJsonText(text: string): ParsedDefinition {
  const content = text.startsWith('\uFEFF') ? text.slice(1) : text;
  let document: Json;
  try {
    document = JSON.parse(content) as Json;
  } catch (error) {
    return failed([error], (cause) => syntaxProblem(content, cause));
  }
  const scanner = new JsonScanner(content);
  const duplicates = scanner.duplicates();
  if (duplicates.length > 0) {
    return failed(duplicates, ({ path, key, at }) => duplicateKey(path, key, scanner.position(at)));
  }
  return { document, problems: [], locate: (pointer) => scanner.locate(pointer) };
}

function syntaxProblem(text: string, error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  return {
    severity: 'error',
    code: 'SYNTAX',
    path: '',
    message: `expected JSON, but: ${message}`,
    ...new JsonScanner(text).position(jsonFault(text)),
  };
}
