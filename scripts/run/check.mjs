// `npm run check`: format, lint, types, arrows, unused code, generated pages, contracts, unit tests. `npm run format` mends what can be mended.
import { availableParallelism } from 'node:os';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { inRoot, root } from './paths.mjs';
import { Refusal } from './refusal.mjs';
import { quietNode } from './spawn.mjs';
import { stage } from './stage.mjs';
import { jest } from './test.mjs';

const eslint = ['node_modules/eslint/bin/eslint.js', '--cache', '--cache-location', 'node_modules/.cache/eslint/', '.'];
const prettier = ['node_modules/prettier/bin/prettier.cjs', '--cache', '--log-level', 'warn'];

/** Longest first, so that the lanes end together. */
const checks = [
  { title: 'unit tests', args: [...jest, '--selectProjects', 'unit', 'console', '--silent'] },
  { title: 'lint', args: [...eslint, '--max-warnings', '0'] },
  {
    title: 'types of the console',
    args: [
      'node_modules/@angular/compiler-cli/bundles/src/bin/ngc.js',
      '-p',
      'frontend/tsconfig.app.json',
      '--noEmit',
      '--rootDir',
      root,
    ],
  },
  { title: 'types of the services', args: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'] },
  {
    title: 'types of the tests of the console',
    args: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'frontend/tsconfig.spec.json', '--rootDir', root],
  },
  {
    title: 'arrows between the parts',
    args: [
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config',
      '.dependency-cruiser.mjs',
      'apps',
      'libs',
      'examples',
      'bench',
      'faults',
      'frontend/src',
    ],
  },
  { title: 'unused code', args: ['node_modules/knip/bin/knip.js', '--no-progress'] },
  { title: 'format', args: [...prettier, '--check', '.'] },
  { title: 'generated pages', args: ['scripts/docs.mjs', '--check'] },
  { title: 'breaking changes of the contracts', args: ['scripts/contracts.mjs'] },
];

export async function check(args) {
  await ensureInstalled();
  await ensureBuilt(['services']);
  const wanted = chosen(args);
  if (wanted.length === 0) throw new Refusal(`expected some of: ${checks.map((each) => each.title).join(', ')}`, 2);
  const waiting = [...wanted];
  const failed = [];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      if (!(await passes(next))) failed.push(next.title);
  };
  await Promise.all(Array.from({ length: Math.max(2, Math.floor(availableParallelism() / 2)) }, lane));
  process.stderr.write(failed.length === 0 ? 'all checks passed\n' : `failed: ${failed.join(', ')}\n`);
  return failed.length === 0 ? 0 : 1;
}

/** All, or those whose title has one of the words; with `--without` first, all the others. */
function chosen([first, ...rest]) {
  if (first === undefined) return checks;
  const without = first === '--without';
  const words = without ? rest : [first, ...rest];
  return checks.filter(({ title }) => words.some((word) => title.includes(word)) !== without);
}

async function passes({ title, args }) {
  try {
    await stage(title, async () => {
      const { status, output } = await quietNode([inRootIfFile(args[0]), ...args.slice(1)], {
        FORCE_COLOR: process.stderr.isTTY ? '1' : '0',
      });
      if (status !== 0) throw new Refusal(output.trimEnd());
    });
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`${error.message}\n`);
    return false;
  }
}

const inRootIfFile = (arg) => (arg.startsWith('-') ? arg : inRoot(arg));

export async function format() {
  await ensureInstalled();
  await ensureBuilt(['services']);
  for (const [title, args] of [
    ['lint', [...eslint, '--fix']],
    ['format', [...prettier, '--write', '.']],
    ['generated pages', ['scripts/docs.mjs']],
  ]) {
    if (!(await passes({ title, args }))) return 1;
  }
  return 0;
}
