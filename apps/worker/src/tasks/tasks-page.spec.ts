import { readFileSync } from 'node:fs';
import { compile, type Json } from '#libs/engine';
import { builtInContracts } from './index.js';
import { tasksPage } from './tasks-page.js';

it('docs/tasks.md is up to date with the contracts (npm run format writes it)', () => {
  expect(readFileSync('docs/tasks.md', 'utf8')).toBe(tasksPage(builtInContracts));
});

it('names every field of every input', () => {
  const page = tasksPage(builtInContracts);
  for (const field of [
    'durationMs',
    'duration',
    'failureRate',
    'failTimes',
    'failWith.code',
    'output',
    'method',
    'url',
    'headers',
    'body',
    'timeout',
    'expectStatus',
    'code',
    'args',
    'timeoutMs',
  ])
    expect(page).toContain(`| \`${field}\` |`);
});

describe('the schemas of the page', () => {
  /** By task: whatever stands under its heading as the schema of its input. */
  const check = (task: string, input: Json): boolean => {
    const [, section = ''] = tasksPage(builtInContracts).split(`\n## ${task}\n`);
    const [, text = ''] = /Input as a JSON Schema[\s\S]*?```json\n([\s\S]*?)```/.exec(section)!;
    const { plan, problems } = compile({ name: 'a', version: '1.0.0', steps: [], input: { schema: JSON.parse(text) as Json } });
    expect(problems).toEqual([]);
    return plan!.checkInput!(input).length === 0;
  };

  it.each<[string, Json, Json]>([
    ['simulate', { duration: '2s', output: 1 }, { duration: '2s', speed: 1 }],
    ['http', { url: 'https://example.org', method: 'POST', body: { a: 1 } }, { method: 'GET' }],
    ['script', { code: 'return args.n + 1', args: { n: 1 } }, { code: '' }],
  ])('say what %s takes', (task, right, wrong) => {
    expect([check(task, right), check(task, wrong)]).toEqual([true, false]);
  });
});
