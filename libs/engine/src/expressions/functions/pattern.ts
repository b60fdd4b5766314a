import { RE2JS } from 're2js';
import { MAX_PATTERN_LENGTH, MAX_PATTERN_PROGRAM } from '../bounds.js';
import { ExpressionError } from '../expression-error.js';
import type { Run } from '../run.js';

/** Patterns a process keeps compiled: most are literals of definitions; those from the data must not grow without end. */
const MAX_PATTERNS = 200;
const compiled = new Map<string, RE2JS>();

/** What is wrong with a pattern, in words; undefined when it is fine. */
export function checkPattern(pattern: string): string | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * A regular expression in RE2 syntax: time linear in the text, whatever the pattern.
 * @throws ExpressionError when it does not compile or is too large
 */
export function compilePattern(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new ExpressionError(`expected a pattern of at most ${MAX_PATTERN_LENGTH} characters, but was ${pattern.length}`);
  }
  const fresh = parse(pattern);
  if (compiled.size >= MAX_PATTERNS) compiled.clear();
  compiled.set(pattern, fresh);
  return fresh;
}

function parse(pattern: string): RE2JS {
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(pattern);
  } catch (error) {
    throw new ExpressionError(`expected a regular expression (RE2 syntax), but ${(error as Error).message}`);
  }
  if (regex.programSize() <= MAX_PATTERN_PROGRAM) return regex;
  throw new ExpressionError('expected a regular expression of moderate size, but its repetitions make it too large');
}

/** Does the pattern occur in the text? */
export function matches(text: string, pattern: string, run: Run): boolean {
  const isFresh = !compiled.has(pattern);
  const regex = compilePattern(pattern);
  if (isFresh) run.charge(1_000 + regex.programSize() * 10);
  run.charge(1 + Math.ceil((text.length * regex.programSize()) / 8));
  return regex.matcher(text).find();
}
