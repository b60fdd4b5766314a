import { z } from 'zod';

/** Worker → sandbox: four bytes of length (little endian), then this as JSON. */
export interface SandboxJob {
  readonly code: string;
  /** As JSON. */
  readonly args: string;
  readonly timeoutMs: number;
  /** Largest output, as JSON. */
  readonly outputBytes: number;
  /** What is printed beyond this is dropped. */
  readonly logChars: number;
}

/** How a script came out. */
export type SandboxAnswer =
  /** `output` is JSON text. */
  | { readonly kind: 'done'; readonly output: string }
  | { readonly kind: 'error'; readonly message: string; readonly line: number | null }
  | { readonly kind: 'noJson'; readonly message: string }
  | { readonly kind: 'tooLarge'; readonly bytes: number }
  | { readonly kind: 'overdue' }
  | { readonly kind: 'memory' };

/** Sandbox → worker, one a line. What runs in there is not trusted, so neither is its process. */
const isSpent = z.boolean();
export const sandboxMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('print'), text: z.string() }),
  z.object({ kind: z.literal('done'), output: z.string(), isSpent }),
  z.object({ kind: z.literal('error'), message: z.string(), line: z.int().nullable(), isSpent }),
  z.object({ kind: z.literal('noJson'), message: z.string(), isSpent }),
  z.object({ kind: z.literal('tooLarge'), bytes: z.number(), isSpent }),
  z.object({ kind: z.literal('overdue'), isSpent }),
  z.object({ kind: z.literal('memory'), isSpent }),
]);
