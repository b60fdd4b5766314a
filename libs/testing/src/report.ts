import { cpus, totalmem } from 'node:os';

/** What the figures were measured on. */
export const machine = () => ({
  cores: cpus().length,
  processor: cpus()[0]?.model ?? 'unknown',
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.versions.node,
  at: new Date().toISOString(),
});

/** Columns as wide as their widest cell. */
export function textTable(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) => Math.max(name.length, ...body.map((cells) => (cells[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [head, ...body].map(line).join('\n');
}
