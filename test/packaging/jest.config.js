import project from '../../jest.config.js';

const { extensionsToTreatAsEsm, moduleNameMapper, testEnvironment, transform } = project.projects[1];

/** Packs the project, and uses the package as others would. Apart from the other tests, since it needs a registry. */
export default {
  rootDir: '../..',
  roots: ['<rootDir>/test/packaging'],
  testMatch: ['**/*.packaging-spec.ts'],
  testEnvironment,
  extensionsToTreatAsEsm,
  transform,
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': moduleNameMapper['^(\\.{1,2}/.*)\\.js$'] },
  globalSetup: '<rootDir>/test/packaging/prepare.js',
  globalTeardown: '<rootDir>/test/packaging/clean-up.js',
  // What takes long is npm, which waits for the registry most of the time.
  maxWorkers: 2,
  testTimeout: 300_000,
};
