const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    },
  ],
};

const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform,
  // Sources import with the ".js" of what they compile to.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};

/** Unit tests run the sources; end-to-end tests run the build, as a user would get it. */
export default {
  // None of them depends on how fast the machine is.
  testTimeout: 60_000,
  // Much of the time a test waits for a server or a browser: leaving a core to the runner alone would waste it.
  maxWorkers: '100%',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/test'],
      testMatch: ['**/*.spec.ts'],
      moduleNameMapper: {
        '^nestjs-batching$': '<rootDir>/libs/nest/src/index.ts',
        '^nestjs-batching/(.*)$': '<rootDir>/libs/$1/src/index.ts',
        ...shared.moduleNameMapper,
      },
    },
    {
      ...shared,
      displayName: 'e2e',
      roots: ['<rootDir>/test'],
      testMatch: ['**/*.e2e-spec.ts'],
      moduleNameMapper: {
        '^nestjs-batching$': '<rootDir>/dist/libs/nest/src/index.js',
        '^nestjs-batching/(.*)$': '<rootDir>/dist/libs/$1/src/index.js',
        '^(?:\\.\\./)+apps/(.*)$': '<rootDir>/dist/apps/$1',
        '^\\.\\./programs/(.*)$': '<rootDir>/dist/test/programs/$1',
        ...shared.moduleNameMapper,
      },
    },
  ],
};
