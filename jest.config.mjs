export default {
  testMatch: ['<rootDir>/{packages,apps,bench}/**/dist/**/*.test.js', '<rootDir>/scripts/**/*.test.mjs'],
  modulePathIgnorePatterns: ['<rootDir>/.espalier/'],
  transform: {},
  testEnvironment: '<rootDir>/scripts/jest/environment.mjs',
  testTimeout: 60_000,
};
