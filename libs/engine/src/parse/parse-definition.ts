import type { Problem } from '../model/problem.js';
import { parseJsonText } from './parse-json.js';
import { parseYamlText } from './parse-yaml.js';
import { failed, type ParsedDefinition } from './parsed-definition.js';

/** Bytes of a definition as text. */
export const MAX_DEFINITION_BYTES = 1024 * 1024;

/**
 * Reads a definition: strict JSON, or one YAML 1.2 document (core schema; no tags, no merge keys, few aliases).
 * Keys that occur twice are problems in both. Never throws.
 */
export function parseDefinition(text: string, format: 'json' | 'yaml'): ParsedDefinition {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_DEFINITION_BYTES) {
    return failed([bytes], tooLarge);
  }
  return format === 'json' ? parseJsonText(text) : parseYamlText(text);
}

const tooLarge = (bytes: number): Problem => ({
  severity: 'error',
  code: 'DEFINITION_TOO_LARGE',
  path: '',
  message: `expected a definition of at most ${MAX_DEFINITION_BYTES} bytes, but was ${bytes}`,
  hint: 'Split it into several definitions',
});
