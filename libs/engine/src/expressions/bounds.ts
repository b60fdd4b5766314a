/** Characters of one expression. */
export const MAX_EXPRESSION_LENGTH = 8_192;
/** How deep `map`, `filter`, `all`, `exists` and `exists_one` may stand inside one another. */
export const MAX_MACRO_NESTING = 2;
/** Levels of the syntax tree: keeps evaluation far from the end of the stack. */
export const MAX_SYNTAX_DEPTH = 250;
/**
 * Work units of one evaluation (of one template, whatever the number of its expressions): about one node evaluated,
 * one list item visited or 64 characters copied. Some tens of milliseconds at most.
 */
export const MAX_COST = 1_000_000;
/** Characters of a text while it is built. */
export const MAX_TEXT_LENGTH = 2 * 1024 * 1024;
/** Bytes of JSON a template may yield: a step payload. */
export const MAX_RESULT_BYTES = 2 * 1024 * 1024;
/** Characters of a regular expression, and instructions it may compile to. */
export const MAX_PATTERN_LENGTH = 1_000;
export const MAX_PATTERN_PROGRAM = 10_000;
/** Keys that no object built by an expression may have. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
