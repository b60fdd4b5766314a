import { variables } from '../config/variables.js';

/** docs/configuration.md, whole. */
export function configurationPage(): string {
  const rows = Object.values(variables).map(
    (each) =>
      `| \`${each.name}\` | ${each.byDefault} | ${each.text.replaceAll('|', '\\|')}${each.secret ? ` Secret: may be given as \`${each.name}_FILE\`.` : ''} |`,
  );
  return [
    '# Configuration',
    '',
    'Every service reads its configuration from the environment, checks all of it at start, and ends with status 2 and the whole list of faults if something is wrong.',
    'An empty value counts as absent. Generated from `libs/platform/src/config/variables.ts` by `npm run format`.',
    '',
    '| variable | default | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
