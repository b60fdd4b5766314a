import type { Json } from '../model/json.js';
import type { Problem } from '../model/problem.js';

/** 1-based. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface ParsedDefinition {
  /** Absent when the text is not one document. */
  readonly document?: Json;
  readonly problems: readonly Problem[];
  /** Where the value of a JSON Pointer stands in the text; of its nearest parent when it is not there. */
  locate(pointer: string): Position | undefined;
}

export const failed = (problems: readonly Problem[]): ParsedDefinition => ({ problems, locate: () => undefined });

/** The keys and indices of a JSON Pointer (RFC 6901). */
export const pointerSegments = (pointer: string): string[] =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
