import { type Failure, storable } from '#libs/engine';
import { failure } from './failure-of.js';

/** Most an output may weigh as JSON (LANGUAGE §7). */
export const maxOutputBytes = 2 * 1024 * 1024;
/** Above it the audit event says so: such an output weighs on everything that reads the instance. */
const largeOutputBytes = 256 * 1024;

export type Output = { readonly text: string; readonly note?: string } | { readonly failure: Failure };

/**
 * A handler's result as JSON text; `undefined` is null. Functions, symbols and values that contain themselves are `OUTPUT_INVALID`, more than
 * 2 MiB is `OUTPUT_TOO_LARGE`; both are failures no retry mends. What PostgreSQL could not store is replaced and noted, more than
 * 256 KiB is noted.
 */
export function outputOf(result: unknown): Output {
  if (result === undefined) return { text: 'null' };
  if (typeof result === 'function' || typeof result === 'symbol') return invalid(`but was a ${typeof result}`);
  try {
    const asIs = textOf(result);
    if (asIs === 'circular') return invalid('but it contains itself');
    const { value, note } = storable(result);
    const text = value === result && asIs !== undefined ? asIs.text : JSON.stringify(value);
    const bytes = Buffer.byteLength(text);
    if (bytes > maxOutputBytes) return tooLarge(bytes);
    const large =
      bytes > largeOutputBytes ? `a large output of ${bytes} bytes: better store it elsewhere and return a reference` : undefined;
    const notes = [note, large].filter((one) => one !== undefined);
    return notes.length === 0 ? { text } : { text, note: notes.join('; ') };
  } catch (error) {
    return invalid(`but turning it into JSON failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** JSON.stringify finds cycles natively, much faster than a walk of ours; `undefined`: only `storable` can write it (a bigint inside). */
function textOf(result: unknown): { readonly text: string } | 'circular' | undefined {
  try {
    return { text: JSON.stringify(result) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return error.message.includes('circular') ? 'circular' : undefined;
  }
}

const invalid = (found: string): Output => ({
  failure: failure('OUTPUT_INVALID', `expected the handler to return JSON, ${found}`, false),
});

const tooLarge = (bytes: number): Output => ({
  failure: failure(
    'OUTPUT_TOO_LARGE',
    `expected an output of at most ${maxOutputBytes} bytes, but was ${bytes}: store it elsewhere and return a reference`,
    false,
  ),
});
