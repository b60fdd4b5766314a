import type { Shell } from '../shell.js';

const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A` : '');
const clearLine = '\u001b[2K';
const clearBelow = '\u001b[0J';
const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

/** A block of lines at the bottom of the terminal, drawn again in place; written in one piece, so that it does not flicker. */
export class Redraw {
  private drawn = 0;
  private last: string | undefined;

  constructor(private readonly shell: Shell) {}

  draw(block: string): void {
    if (block === this.last) return;
    const isFirst = this.last === undefined;
    this.last = block;
    const lines = block.replace(/\n$/, '').split('\n');
    this.shell.out(
      `${isFirst ? hideCursor : ''}${up(this.drawn)}\r${lines.map((line) => `${clearLine}${line}\n`).join('')}${clearBelow}`,
    );
    this.drawn = lines.length;
  }

  /** Leaves the last drawing where it is. */
  leave(): void {
    if (this.last !== undefined) this.shell.out(showCursor);
  }
}
