/** One thing wrong (or doubtful) about a definition or a request, told so that the author can mend it. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Stable, upper snake case: `CYCLE`, `UNKNOWN_STEP`, `EXPRESSION_INVALID` … */
  readonly code: string;
  /** JSON Pointer (RFC 6901) into the document; '' is the whole document. */
  readonly path: string;
  /** "expected …, but was …", in words. */
  readonly message: string;
  /** What to do about it; names the nearest known word where one is close. */
  readonly hint?: string;
  /** 1-based, for YAML and JSON text. */
  readonly line?: number;
  readonly column?: number;
}
