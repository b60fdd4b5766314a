// Each rule of .dependency-cruiser.mjs is broken once, in a small tree of its own, and must be reported there and nowhere else.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import rules from '../.dependency-cruiser.mjs';

const index = { 'libs/engine/src/index.ts': 'export const a = 1;' };
for (const name of [
  'contracts',
  'messaging',
  'persistence',
  'platform',
  'client',
  'worker-sdk',
  'extension-sdk',
  'chaos',
  'testing',
])
  index[`libs/${name}/src/index.ts`] = 'export const a = 1;';

/** File → its content and the rules it breaks. */
const breaches = {
  'libs/engine/src/up.ts': ['#libs/contracts', ['engine-looks-down-only']],
  'libs/contracts/src/sideways.ts': ['#libs/platform', ['contracts-looks-down-only']],
  'libs/messaging/src/sideways.ts': ['#libs/persistence', ['messaging-looks-down-only']],
  'libs/persistence/src/sideways.ts': ['#libs/messaging', ['persistence-looks-down-only']],
  'libs/platform/src/sideways.ts': ['#libs/messaging', ['platform-looks-down-only']],
  'libs/client/src/sideways.ts': ['#libs/platform', ['client-looks-down-only']],
  'libs/worker-sdk/src/sideways.ts': ['#libs/persistence', ['worker-sdk-looks-down-only']],
  'libs/chaos/src/sideways.ts': ['#libs/persistence', ['chaos-looks-down-only']],
  'libs/extension-sdk/src/sideways.ts': ['#libs/persistence', ['extension-sdk-looks-down-only']],
  'libs/engine/src/framework.ts': ['@nestjs/common', ['engine-knows-no-framework']],
  'libs/engine/src/files.ts': ['node:fs', ['engine-does-no-io']],
  'libs/contracts/src/framework.ts': ['@nestjs/common', ['contracts-know-no-framework']],
  'libs/testing/src/app.ts': ['../../../apps/worker/src/index.js', ['libraries-know-no-app']],
  'apps/gateway/src/other.ts': ['#apps/worker', ['an-app-never-imports-another']],
  'apps/worker/src/database.ts': ['#libs/persistence', ['only-the-engine-side-decides']],
  'frontend/src/app/core/deep.ts': ['../../../../libs/platform/src/index.js', ['the-console-takes-only-types-and-pure-code']],
  'frontend/src/app/ui/domain.ts': ['../core/wire.js', ['console-ui-knows-no-domain']],
  'libs/platform/src/circle-a.ts': ['./circle-b.js', ['no-circles']],
  'libs/platform/src/uses-test.ts': ['./some.spec.js', ['product-code-imports-no-tests']],
  'apps/gateway/src/kit.ts': ['#libs/testing', ['product-code-imports-no-test-kit']],
};

const allowed = {
  'libs/platform/src/circle-b.ts': ['./circle-a.js', []], // a circle is reported once
  'libs/engine/src/pure.ts': ['zod', []],
  'libs/contracts/src/down.ts': ['#libs/engine', []],
  'libs/worker-sdk/src/down.ts': ['#libs/messaging', []],
  'apps/standalone/src/composes.ts': ['#apps/worker', []],
  'apps/gateway/src/down.ts': ['#libs/persistence', []],
  'frontend/src/app/core/pure.ts': ['@engine/index', []],
  'libs/platform/src/some.spec.ts': ['#libs/testing', []],
  'apps/worker/src/index.ts': ['#libs/worker-sdk', []],
  'frontend/src/app/core/wire.ts': ['@contracts/index', []],
};

const cases = { ...breaches, ...allowed };
let reported;
let tree;

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'orquestra-arrows-'));
  const files = { ...index };
  for (const [file, [target]] of Object.entries(cases)) files[file] = `import { a } from '${target}';\nexport const b = a;\n`;
  for (const name of ['@nestjs/common', 'zod']) {
    files[`node_modules/${name}/package.json`] = JSON.stringify({ name, version: '1.0.0', main: 'index.js' });
    files[`node_modules/${name}/index.js`] = 'exports.a = 1;';
  }
  files['package.json'] = JSON.stringify({ type: 'module', dependencies: { '@nestjs/common': '1', zod: '1' } });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), text);
  }
  for (const file of ['.dependency-cruiser.mjs', 'tsconfig.json', 'tsconfig.arrows.json']) copyFileSync(file, join(tree, file));
  const cruiser = resolve('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [cruiser, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'apps', 'libs', 'frontend'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: tree, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (!stdout.startsWith('{')) throw new Error(stderr);
  reported = JSON.parse(stdout).summary.violations.map((violation) => [violation.from, violation.rule.name]);
}, 30_000);

afterAll(() => rmSync(tree, { recursive: true, force: true }));

it.each(Object.entries(cases))('%s importing %j', (file, [, expected]) => {
  expect(reported.filter(([from]) => from === file).map(([, rule]) => rule)).toEqual(expected);
});

it('every rule is broken by some case', () => {
  const broken = new Set(Object.values(breaches).flatMap(([, names]) => names));
  expect(rules.forbidden.map((rule) => rule.name).filter((name) => !broken.has(name))).toEqual([]);
});
