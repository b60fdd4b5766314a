import type { Acted } from '#libs/contracts';
import type { Context } from '../context.js';
import { statusText } from '../output/status.js';
import { plain } from '../output/text.js';

/** Who acts and why, of every command that changes something. */
export interface ActOptions {
  readonly by?: string;
  readonly reason?: string;
}

export const byText = 'who acts; default: your user name';
export const reasonText = 'lands in the history';

export const whoOf = ({ shell }: Context, { by }: ActOptions): string | undefined => by ?? (shell.env['USER'] || undefined);

/** What became of an action: done, or stored and not decided yet. */
export function tellActed({ printer }: Context, subject: string, done: string, acted: Acted): void {
  if (printer.isJson) return printer.json(acted);
  const { id, status, outcome } = acted;
  const what = outcome === 'applied' ? `✓ ${plain(subject)} ${plain(done)}` : `○ ${plain(subject)}: stored, not decided yet`;
  printer.line(`${what}  ${statusText(status, printer.colours)}  ${id}`);
}
