import type { Shell } from '../shell.js';
import { coloursFor, type Colours } from './status.js';
import { table } from './table.js';

/** What a command shows on stdout: for people on a terminal, JSON lines in a pipe or with `--json`. */
export class Printer {
  readonly colours: Colours;

  constructor(
    readonly shell: Shell,
    readonly isJson: boolean,
  ) {
    this.colours = coloursFor(shell.isTerminal, shell.env);
  }

  /** One value, one line. */
  json(value: unknown): void {
    this.shell.out(`${JSON.stringify(value)}\n`);
  }

  line(text = ''): void {
    this.shell.out(`${text}\n`);
  }

  /** A remark beside the result: stderr, so that a pipe stays clean. */
  note(text: string): void {
    this.shell.err(`${text}\n`);
  }

  /** The items as JSON lines, or as a table whose rows `row` makes; `none` when there are none. */
  list<T>(items: readonly T[], head: readonly string[], row: (item: T) => readonly string[], none: string): void {
    if (this.isJson) for (const item of items) this.json(item);
    else if (items.length === 0) this.line(none);
    else this.shell.out(table(head, items.map(row), this.colours));
  }
}
