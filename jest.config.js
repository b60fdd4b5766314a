const swc = [
  '@swc/jest',
  {
    swcrc: false,
    sourceMaps: 'inline',
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      keepClassNames: true,
    },
    module: { type: 'es6' },
  },
];

const backend = {
  rootDir: '.',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/examples', '<rootDir>/bench', '<rootDir>/faults'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': swc },
  moduleNameMapper: {
    '^#libs/(.*)$': '<rootDir>/libs/$1/src/index.ts',
    '^#apps/(.*)$': '<rootDir>/apps/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};

/** unit: no server · integration: PostgreSQL or a broker · e2e: real processes · console: the Angular console (frontend/jest.config.js) */
export default {
  projects: [
    { ...backend, displayName: 'unit', roots: [...backend.roots, '<rootDir>/scripts'], testRegex: '\\.spec\\.(?:ts|mjs)$' },
    { ...backend, displayName: 'integration', testRegex: '\\.int\\.ts$' },
    { ...backend, displayName: 'e2e', testRegex: '\\.e2e\\.ts$' },
    '<rootDir>/frontend',
  ],
};
