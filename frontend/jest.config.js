import presets from 'jest-preset-angular/presets/index.js';

const preset = presets.createEsmPreset({ tsconfig: '<rootDir>/tsconfig.spec.json' });

/** The console's tests; the root jest.config.js takes this as its project `console`. */
export default {
  ...preset,
  displayName: 'console',
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/src'],
  testRegex: '\\.spec\\.ts$',
  setupFilesAfterEnv: ['<rootDir>/test/setup.ts'],
  moduleNameMapper: {
    '^@engine/(.*)$': '<rootDir>/../libs/engine/src/$1',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};
