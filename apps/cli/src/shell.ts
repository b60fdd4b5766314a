import { text as readAll } from 'node:stream/consumers';
import { exitCodes } from './exit-codes.js';

/** For a last word after Ctrl-C. */
const graceMs = 1_000;

/** Everything a command touches outside itself, so that tests can stand in for the terminal. */
export interface Shell {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** stdout is a terminal: tables and colours; else JSON lines. */
  readonly isTerminal: boolean;
  /** stderr is a terminal: progress bars. */
  readonly isErrTerminal: boolean;
  /** Width of the terminal in characters. */
  readonly columns: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readStdin: () => Promise<string>;
  /** Aborted by Ctrl-C. */
  readonly interrupt: AbortSignal;
  readonly now: () => number;
}

/** The terminal this process runs in. */
export function processShell(): Shell {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      interrupt.abort();
      setTimeout(() => process.exit(exitCodes.interrupted), graceMs).unref();
    });
  // A reader that has seen enough (`| head`) closes the pipe: that is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal: process.stdout.isTTY === true,
    isErrTerminal: process.stderr.isTTY === true,
    columns: () => process.stdout.columns ?? 120,
    env: process.env,
    readStdin: () => readAll(process.stdin),
    interrupt: interrupt.signal,
    now: Date.now,
  };
}
