import { OrquestraClient } from '#libs/client';
import { UsageError } from './cli-error.js';
import { Printer } from './output/printer.js';
import type { Shell } from './shell.js';

export interface GlobalOptions {
  readonly server?: string;
  readonly json?: boolean;
}

/** What every command is handed. */
export interface Context {
  readonly shell: Shell;
  readonly printer: Printer;
  readonly client: OrquestraClient;
}

export const defaultServer = 'http://localhost:3000';

export function contextOf(shell: Shell, { server, json }: GlobalOptions): Context {
  return {
    shell,
    printer: new Printer(shell, json === true || !shell.isTerminal),
    client: new OrquestraClient({ baseUrl: serverUrl(server ?? shell.env['ORQUESTRA_URL'] ?? defaultServer), retries: 2 }),
  };
}

function serverUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError(`expected the address of a server such as ${defaultServer}, but found "${text}"`);
}
