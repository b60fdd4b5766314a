/** A definition of a page with what the page says about it. */
export interface PageExample {
  /** Number of its line in the page, and the heading above it: names the test. */
  readonly title: string;
  /** YAML. */
  readonly definition: string;
  /** What `compile` says, one line each; absent: nothing at all. */
  readonly problems?: string;
  /** What happens: scripts, see `readScript`. */
  readonly runs: readonly string[];
}

const FENCE = /^```(yaml|run|problems)\n([\s\S]*?)^```$/gm;

/** Every ```yaml block of a Markdown page, with the ```problems and ```run blocks that follow it. */
export function readPage(text: string): PageExample[] {
  const found: { title: string; definition: string; problems?: string; runs: string[] }[] = [];
  for (const { 1: kind, 2: body = '', index } of text.matchAll(FENCE)) {
    if (kind === 'yaml') {
      found.push({ title: titleAt(text, index), definition: body, runs: [] });
      continue;
    }
    const last = found.at(-1);
    if (last === undefined) throw new Error(`expected a definition before the block at ${titleAt(text, index)}`);
    if (kind === 'run') last.runs.push(body);
    else last.problems = body;
  }
  return found;
}

function titleAt(text: string, index: number): string {
  const before = text.slice(0, index);
  const heading = [...before.matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? 'page';
  return `${heading}, line ${before.split('\n').length}`;
}
