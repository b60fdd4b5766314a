import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { compile } from '../../compile/compile.js';
import type { JsonObject } from '../../model/json.js';
import type { Problem } from '../../model/problem.js';
import { parseDefinition } from '../../parse/parse-definition.js';
import { definitionSchema } from '../../schema/definition-schema.js';
import { playScript } from './play-script.js';
import { readPage } from './read-page.js';

/** Each line `CODE /path`, or `CODE /path: words of its message or hint`. */
function expectProblems(problems: readonly Problem[], said: string): void {
  const lines = said.split('\n').filter((line) => line !== '');
  const parts = lines.map((line) => /^([A-Z_]+(?: \/\S*?)?)(?:: (.*))?$/.exec(line)!);
  expect(problems.map(({ code, path }) => `${code} ${path}`.trim())).toEqual(parts.map((part) => part[1]));
  problems.forEach(({ message, hint }, at) => expect(`${message}; ${hint ?? ''}`).toContain(parts[at]![2] ?? ''));
}

const pageOf = (path: string): string => readFileSync(new URL(`../../../../../${path}`, import.meta.url), 'utf8');

function expectRun(run: string, definitions: Record<string, JsonObject>, main: string): void {
  for (const hardships of [{}, { crashes: 'replay' }, { crashes: 'snapshot', repeats: true }] as const) {
    const findings = playScript(run, definitions, main, hardships);
    expect(findings.map(({ found }) => found)).toEqual(findings.map(({ said }) => said));
  }
}

describe.each(['docs/language.md', 'docs/workflow-patterns.md'])('%s', (path) => {
  const page = pageOf(path);
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
    for (const run of example.runs) expectRun(run, upTo(at), example.definition.name);
  });

  it('shows definitions that meet the published schema, but for those that are refused', () => {
    const meets = new Ajv2020({ strict: false }).compile(definitionSchema);
    const accepted = examples.filter(({ plan }) => plan !== undefined);
    expect(accepted.filter(({ definition }) => !meets(definition)).map(({ title }) => title)).toEqual([]);
  });

  it('runs every definition, by itself or as a child, unless it is refused', () => {
    const children = new Set(examples.flatMap(({ plan }) => plan?.children ?? []).map(({ workflow }) => workflow));
    const idle = examples.filter(({ plan, runs }) => plan !== undefined && runs.length === 0 && !children.has(plan.name));
    expect(idle.map(({ title }) => title)).toEqual([]);
  });
});

it('docs/workflow-patterns.md has each of the 43 patterns, and refuses those that its table says are refused', () => {
  const page = pageOf('docs/workflow-patterns.md');
  const rows = [...page.matchAll(/^\| (\d+) \| ([^|]*) \| (refused)?/gm)].map(([, no, name, refused]) => ({
    title: `${no} ${name}`,
    isRefused: refused !== undefined,
  }));
  expect(rows.map(({ title }) => Number.parseInt(title))).toEqual(Array.from({ length: 43 }, (_, index) => index + 1));
  const examples = readPage(page);
  for (const { title, isRefused } of rows) {
    const own = examples.filter((example) => example.title.startsWith(`${title}, line `));
    expect({
      title,
      isShown: own.length > 0,
      isRefused: own.every(({ runs, problems }) => runs.length === 0 && problems),
    }).toEqual({
      title,
      isShown: true,
      isRefused,
    });
  }
});

describe('the definition of README.md', () => {
  const [example] = readPage(pageOf('README.md'));
  const definition = parseDefinition(example!.definition, 'yaml').document as JsonObject;

  it.each([
    `input {id: o-1, lines: [{cents: 500}, {cents: 700}]}
     at 1h event sent for o-1
     => completed after 1h {cents: 1200}
     ran charge, pack/0/pick, pack/1/pick, mail`,
    `input {id: o-2, lines: [{cents: 200000}]}
     => failed REFUSED at refused after 2d`,
    `input {id: o-3, lines: [{cents: 500}]}
     payments.charge returns {charge: c-1}
     shelf.pick fails SOLD_OUT for good
     => compensated SOLD_OUT at pack
     ran charge, pack/0/pick, charge/~undo`,
  ])('has no problems and runs: %s', (run) => {
    expect(compile(definition).problems).toEqual([]);
    expectRun(run, { order: definition }, 'order');
  });
});
