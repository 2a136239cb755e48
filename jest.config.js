/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/test/environment.js',
  runtime: '<rootDir>/test/runtime.js',
  roots: ['<rootDir>/test'],
  modulePathIgnorePatterns: [
    '<rootDir>/test/judges/',
    '<rootDir>/test/long-clients/',
    '<rootDir>/test/proof/programs/',
  ],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  moduleNameMapper: { '^piscina$': '<rootDir>/test/threads.js' },
  globalSetup: '<rootDir>/test/global-setup.ts',
  globalTeardown: '<rootDir>/test/global-teardown.ts',
  testTimeout: 180_000, // no test needs it on an idle machine; a busy one takes ten times as long as that
  testSequencer: '<rootDir>/test/sequencer.js',
  maxWorkers: 5, // most files wait for Temporal or a timer rather than for a core: with five, two cores have something to do nearly all the time
};
