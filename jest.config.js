/**
 * Unit and infrastructure tests run anywhere; integration tests run against a local stack that `test/integration/start-local-stack.ts` starts once;
 * browser tests, and the pictures of the documentation, have one Chromium besides.
 */
const swc = ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } }];

const project = (displayName, more = {}) => ({
  displayName,
  rootDir: '.',
  testEnvironment: 'node',
  testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': swc },
  ...more,
});

const hearEverything = { setupFiles: ['<rootDir>/test/canaries/hear-everything.ts'] };

const browser = {
  ...hearEverything,
  globalSetup: '<rootDir>/test/browser/start-browser.ts',
  globalTeardown: '<rootDir>/test/browser/stop-browser.ts',
};

export default {
  // No test is timed: this only ends one that hangs, on the slowest machine too.
  testTimeout: 240_000,
  // Jest leaves one core idle by default; integration tests wait more than they compute.
  maxWorkers: '100%',
  projects: [
    project('unit'),
    project('infrastructure'),
    project('integration', {
      ...hearEverything,
      globalSetup: '<rootDir>/test/integration/start-local-stack.ts',
      globalTeardown: '<rootDir>/test/integration/stop-local-stack.ts',
    }),
    project('browser', browser),
    project('pictures', { ...browser, testMatch: ['<rootDir>/test/browser/take-pictures.ts'] }),
  ],
};
