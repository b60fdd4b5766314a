type Table = Readonly<Record<string, readonly string[]>>;

/** A lifecycle table as a Mermaid state diagram; statuses in `ended` lead to the end mark. */
export function lifecycleDiagram(table: Table, first: string, ended: ReadonlySet<string>): string {
  const moves = Object.entries(table).flatMap(([from, targets]) => targets.map((to) => `  ${from} --> ${to}`));
  const ends = [...ended].map((status) => `  ${status} --> [*]`);
  return ['```mermaid', 'stateDiagram-v2', `  [*] --> ${first}`, ...moves, ...ends, '```'].join('\n');
}
