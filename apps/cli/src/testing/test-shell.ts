import type { Shell } from '../shell.js';

/** A terminal (or a pipe) that remembers what was written to it. */
export class TestShell implements Shell {
  written = '';
  complained = '';
  readonly interruptor = new AbortController();
  readonly interrupt = this.interruptor.signal;
  readonly isErrTerminal = false;
  stdin = '';

  constructor(
    readonly isTerminal: boolean,
    readonly env: Readonly<Record<string, string | undefined>> = {},
    private readonly nowMs = Date.parse('2026-01-01T12:00:00.000Z'),
  ) {}

  out = (text: string): void => void (this.written += text);
  err = (text: string): void => void (this.complained += text);
  columns = (): number => 160;
  now = (): number => this.nowMs;
  readStdin = (): Promise<string> => Promise.resolve(this.stdin);

  /** What was written as JSON lines. */
  get lines(): unknown[] {
    return this.written
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  }
}
