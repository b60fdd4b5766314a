import Table from 'cli-table3';
import type { Colours } from './status.js';

/** Columns apart by two spaces, no lines: easy to read, select and grep. */
const bare = Object.fromEntries(
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle'
    .split(' ')
    .map((place) => [place, place === 'middle' ? '  ' : '']),
);

/** Rows under a heading, with a line break at the end. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], colours: Colours): string {
  const drawn = new Table({
    chars: bare,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    head: head.map((name) => colours.dim(name.toUpperCase())),
  });
  for (const row of rows) drawn.push([...row]);
  return `${drawn.toString().replace(/[ ]+$/gm, '')}\n`;
}
