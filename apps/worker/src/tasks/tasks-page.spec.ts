import { readFileSync } from 'node:fs';
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
