import { readFileSync } from 'node:fs';

const page = readFileSync('docs/other-systems.md', 'utf8');
const script = (name: string): string => readFileSync(`examples/other-systems/${name}`, 'utf8');

/** Without indentation: a function of the script is none on the page. */
const flat = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .join('\n');

const excerpts = [...page.matchAll(/<!-- from (\S+) -->\n```\w+\n([^]*?)```/g)].map(
  ([, name, text]) => [name as string, (text as string).trim()] as const,
);

describe('docs/other-systems.md', () => {
  it('has excerpts of all scripts, which a test runs against a cluster', () => {
    expect(new Set(excerpts.map(([name]) => name))).toEqual(new Set(['http.sh', 'amqp.mjs', 'receive.mjs']));
  });

  it.each(excerpts)('shows what is in %s (%#)', (name, text) => {
    expect(flat(script(name))).toContain(flat(text));
  });
});
