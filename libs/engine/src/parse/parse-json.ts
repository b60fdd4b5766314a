import type { Json } from '../model/json.js';
import type { Problem } from '../model/problem.js';
import { jsonFault } from './json-fault.js';
import { JsonScanner } from './json-scanner.js';
import { failed, type ParsedDefinition } from './parsed-definition.js';

export function parseJsonText(text: string): ParsedDefinition {
  const content = text.startsWith('\uFEFF') ? text.slice(1) : text;
  let document: Json;
  try {
    document = JSON.parse(content) as Json;
  } catch (error) {
    return failed([syntaxProblem(content, error)]);
  }
  const scanner = new JsonScanner(content);
  const problems = scanner.duplicates().map(({ path, key, at }): Problem => {
    const message = `expected each key once, but "${key}" occurs again`;
    return { severity: 'error', code: 'DUPLICATE_KEY', path, message, hint: 'Keep one of them', ...scanner.position(at) };
  });
  if (problems.length > 0) return failed(problems);
  return { document, problems, locate: (pointer) => scanner.locate(pointer) };
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
