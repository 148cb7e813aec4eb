export default {
  testMatch: ['<rootDir>/{packages,apps,scripts}/**/dist/**/*.test.js'],
  modulePathIgnorePatterns: ['<rootDir>/.espalier/'],
  transform: {},
  testEnvironment: '<rootDir>/scripts/jest/environment.mjs',
  testTimeout: 60_000,
};
