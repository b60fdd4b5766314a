// The arrows of docs/architecture.md, section 2. `scripts/arrows.spec.mjs` proves that each rule bites.
const specs = '\\.(?:spec|int|e2e)\\.ts$';
/** Tests, and what only tests use. */
const tests = `${specs}|/test(?:ing)?/`;
const inLibs = (names) => `^libs/(?:${names})/`;

/** A library and the only ones of ours it may use. */
const arrows = [
  ['engine', ''],
  ['contracts', 'engine'],
  ['messaging', 'contracts|engine'],
  ['persistence', 'contracts|engine'],
  ['platform', 'contracts|engine'],
  ['client', 'contracts|engine'],
  ['worker-sdk', 'messaging|platform|contracts|engine'],
  ['chaos', 'worker-sdk|messaging|platform|contracts|engine'],
  ['extension-sdk', 'worker-sdk|messaging|platform|contracts|engine'],
];

const libraryRules = arrows.map(([name, allowed]) => ({
  name: `${name}-looks-down-only`,
  severity: 'error',
  comment: `libs/${name} may use ${allowed === '' ? 'nothing of ours' : allowed.replaceAll('|', ', ')}`,
  from: { path: inLibs(name), pathNot: tests },
  to: { path: '^(?:libs|apps|frontend|examples|bench|faults)/', pathNot: inLibs([name, allowed].filter(Boolean).join('|')) },
}));

/** What the pure core may take from npm: parsers and evaluators without I/O. */
const purePackages = [
  '@marcbachmann/cel-js',
  'croner',
  'ajv',
  'ajv-formats',
  'fastest-levenshtein',
  're2js',
  'semver',
  'yaml',
  'zod',
  '@noble/hashes',
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...libraryRules,
    {
      name: 'engine-knows-no-framework',
      severity: 'error',
      comment: 'the core is pure: no Nest, no driver, no transport',
      from: { path: inLibs('engine'), pathNot: tests },
      to: { path: 'node_modules/', pathNot: `node_modules/(?:@types/)?(?:${purePackages.join('|')})/` },
    },
    {
      name: 'engine-does-no-io',
      severity: 'error',
      comment: 'the core is pure; hashing is the only built-in it may use',
      from: { path: inLibs('engine'), pathNot: tests },
      to: { dependencyTypes: ['core'], pathNot: '^(?:node:)?crypto$' },
    },
    {
      name: 'contracts-know-no-framework',
      severity: 'error',
      comment: 'shapes are shared with the console and other systems',
      from: { path: inLibs('contracts'), pathNot: tests },
      to: { path: 'node_modules/@nestjs/|node_modules/(?:typeorm|amqplib|pg)/' },
    },
    {
      name: 'libraries-know-no-app',
      severity: 'error',
      from: { path: '^libs/', pathNot: specs },
      to: { path: '^(?:apps|examples|bench|faults|frontend)/' },
    },
    {
      name: 'an-app-never-imports-another',
      severity: 'error',
      comment: 'only standalone composes the others',
      from: { path: '^apps/([^/]+)/', pathNot: ['^apps/standalone/', tests] },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'only-the-engine-side-decides',
      severity: 'error',
      comment: 'a worker has no database and the gateway never decides',
      from: { path: '^apps/worker/', pathNot: tests },
      to: { path: inLibs('persistence') },
    },
    {
      name: 'the-console-takes-only-types-and-pure-code',
      severity: 'error',
      from: { path: '^frontend/', pathNot: tests },
      to: { path: '^(?:apps|libs)/', pathNot: '^libs/(?:engine|contracts)/' },
    },
    {
      name: 'console-ui-knows-no-domain',
      severity: 'error',
      comment: 'ui/ is shared by the features and knows none of them',
      from: { path: '^frontend/src/app/ui/' },
      to: { path: '^frontend/src/app/(?:features|core)/' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    {
      name: 'product-code-imports-no-tests',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: tests, pathNot: '^libs/testing/' },
    },
    {
      name: 'product-code-imports-no-test-kit',
      severity: 'error',
      from: { path: '^(?:apps|libs)/', pathNot: tests },
      to: { path: inLibs('testing') },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.arrows.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
