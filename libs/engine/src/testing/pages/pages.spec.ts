import { readFileSync } from 'node:fs';
import { compile } from '../../compile/compile.js';
import type { JsonObject } from '../../model/json.js';
import type { Problem } from '../../model/problem.js';
import { parseDefinition } from '../../parse/parse-definition.js';
import { playScript } from './play-script.js';
import { readPage } from './read-page.js';

/** Each line `CODE /path`, or `CODE /path: words of its message or hint`. */
function expectProblems(problems: readonly Problem[], said: string): void {
  const lines = said.split('\n').filter((line) => line !== '');
  const parts = lines.map((line) => /^([A-Z_]+ \/?\S*?)(?:: (.*))?$/.exec(line)!);
  expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual(parts.map((part) => part[1]));
  problems.forEach(({ message, hint }, at) => expect(`${message}; ${hint ?? ''}`).toContain(parts[at]![2] ?? ''));
}

describe.each(['language', 'workflow-patterns'])('docs/%s.md', (name) => {
  const page = readFileSync(new URL(`../../../../../docs/${name}.md`, import.meta.url), 'utf8');
  const examples = readPage(page).map((example) => {
    const parsed = parseDefinition(example.definition, 'yaml');
    const definition = { name: 'example', version: '1.0.0', ...(parsed.document as JsonObject) };
    const { plan, problems } =
      parsed.document === undefined ? { plan: undefined, problems: parsed.problems } : compile(definition);
    return { ...example, definition, plan, found: problems };
  });
  /** By name; a later one of the same name stands for the earlier. */
  const upTo = (at: number): Record<string, JsonObject> =>
    Object.fromEntries(examples.slice(0, at + 1).map(({ definition }) => [definition.name, definition]));

  it.each(examples.map((example, at) => [example.title, at, example] as const))('%s', (_title, at, example) => {
    expectProblems(example.found, example.problems ?? '');
    for (const run of example.runs) {
      const findings = playScript(run, upTo(at), example.definition.name);
      expect(findings.map(({ found }) => found)).toEqual(findings.map(({ said }) => said));
    }
  });

  it('runs every definition, by itself or as a child, unless it is refused', () => {
    const children = new Set(examples.flatMap(({ plan }) => plan?.children ?? []).map(({ workflow }) => workflow));
    const idle = examples.filter(({ plan, runs }) => plan !== undefined && runs.length === 0 && !children.has(plan.name));
    expect(idle.map(({ title }) => title)).toEqual([]);
  });
});
