export default {
  testMatch: ['<rootDir>/{packages,apps,bench}/**/dist/**/*.test.js', '<rootDir>/scripts/**/*.test.mjs'],
  modulePathIgnorePatterns: ['<rootDir>/.espalier/'],
  transform: {},
  testEnvironment: '<rootDir>/scripts/jest/environment.mjs',
  globalSetup: '<rootDir>/scripts/jest/stack.mjs',
  globalTeardown: '<rootDir>/scripts/jest/close-stack.mjs',
  reporters: ['default', '<rootDir>/scripts/jest/counts.mjs'],
  testTimeout: 60_000,
  // Every worker may start a whole service; more of them at once only make each other slow.
  maxWorkers: 2,
};
