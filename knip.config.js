/** Unused files, exports and dependencies (`npm run check`). The public surface of a library is its src/index.ts: what it exports counts as used. */
export default {
  ignoreExportsUsedInFile: true,
  exclude: ['types', 'enumMembers', 'namespaceMembers'],
  ignoreDependencies: [
    '@nestjs/cli', // reads nest-cli.json: `npx nest info`, `npx nest generate`
    'swagger-ui-dist', // served as files
    '@asyncapi/specs', // read as a file by the tests of the contracts
    '@seriousme/openapi-schema-validator', // so too
    'prettier', // started by scripts/run/check.mjs
  ],
  workspaces: {
    '.': {
      entry: [
        'apps/*/src/main.ts',
        'apps/*/src/index.ts',
        'apps/worker/src/tasks/script/sandbox-main.ts', // a process of its own
        'libs/*/src/index.ts',
        'libs/persistence/src/{cli,data-source}.ts',
        'bench/*.ts',
        'faults/main.ts',
        'faults/ledger/{main,ledger-task}.ts', // a process of its own, and named in ORQUESTRA_EXTENSIONS
        'faults/clock/shifted-clock.ts', // loaded before services, named in NODE_OPTIONS
        'bench/floors/pump-worker.ts', // a process of its own
        'examples/{,*/}run.ts',
        'examples/extensions/{folder,sql}.ts', // named in ORQUESTRA_EXTENSIONS
        'examples/extensions/socket/{index,run}.ts',
        'scripts/*.mjs',
        'scripts/run/probe.mjs',
        'deploy/healthcheck.mjs',
        '**/*.{spec,int,e2e}.{ts,mjs}',
      ],
      project: [
        'apps/**/*.ts',
        'libs/**/*.ts',
        'examples/**/*.ts',
        'bench/**/*.ts',
        'faults/**/*.ts',
        'scripts/**/*.mjs',
        'deploy/**/*.mjs',
      ],
    },
    frontend: {
      entry: ['src/app/core/api/engine-types.ts'], // what `#libs/engine` means there, by tsconfig.json
      project: ['src/**/*.ts', 'test/**/*.ts'],
    },
  },
};
