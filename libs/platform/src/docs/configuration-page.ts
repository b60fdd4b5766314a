import type { Variable } from '../config/fields.js';
import { variables } from '../config/variables.js';

const escaped = (text: string): string => text.replaceAll('|', '\\|');

/** docs/configuration.md, whole. */
export function configurationPage(): string {
  const all: readonly Variable[] = Object.values(variables);
  const rows = all
    .filter((each) => each.limit === undefined)
    .map(
      (each) =>
        `| \`${each.name}\` | ${each.byDefault} | ${escaped(each.text)}${each.secret ? ` Secret: may be given as \`${each.name}_FILE\`.` : ''} |`,
    );
  const limits = all.flatMap(({ name, byDefault, text, limit }) =>
    limit === undefined ? [] : [`| \`${name}\` | ${byDefault} | ${limit.range} | ${escaped(text)} | ${escaped(limit.why)} |`],
  );
  return [
    '# Configuration',
    '',
    'Every service reads its configuration from the environment, checks all of it at start, and ends with status 2 and the whole list of faults if something is wrong.',
    'An empty value counts as absent. Generated from `libs/platform/src/config/variables.ts` and `limits.ts` by `npm run format`.',
    '',
    '| variable | default | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
    '## Limits',
    '',
    'What a process takes in is bounded everywhere: beyond these, work waits where it is safe (the broker, PostgreSQL, the caller).',
    'Callers for whom that takes too long are told so. Sizes may be given in bytes or as `64MiB`. What happens under too much load: [overload](overload.md).',
    '',
    '| variable | default | range | bounds | why this default |',
    '| --- | --- | --- | --- | --- |',
    ...limits,
    '',
  ].join('\n');
}
