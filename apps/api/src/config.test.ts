import { expect, test } from '@jest/globals';
import { readConfig } from './config.js';

const needed = {
  DATABASE_URL: 'postgres://u@127.0.0.1/espalier',
  REDIS_URL: 'redis://127.0.0.1:6379',
  ESPALIER_ARTIFACTS_DIR: '/tmp/artifacts',
};

test('what is not set takes its default', () => {
  expect(readConfig(needed)).toMatchObject({
    databaseUrl: needed.DATABASE_URL,
    host: '127.0.0.1',
    port: 8080,
    queuePrefix: '{espalier}',
    leaseSeconds: 30,
    maxUploadBytes: 4 * 2 ** 30,
    maxInputBytes: 256 * 2 ** 20,
    canaryLimits: { suspect: 0.15, failed: 1 },
    logLevel: 'info',
    exitWithParent: false,
  });
});

test('every bad variable is named in one error, each with an example', () => {
  const bad = { ...needed, DATABASE_URL: 'mysql://x', ESPALIER_PORT: '99999', ESPALIER_LEASE_SECONDS: '0' };
  expect(() => readConfig(bad)).toThrow(
    /DATABASE_URL is 'mysql.*ESPALIER_PORT is '99999'.*ESPALIER_LEASE_SECONDS is '0'/,
  );
});

test.each(['DATABASE_URL', 'REDIS_URL', 'ESPALIER_ARTIFACTS_DIR'])('%s must be set', (name) => {
  expect(() => readConfig({ ...needed, [name]: '' })).toThrow(`${name} is missing`);
});

test.each(['0', '1', '8080', '65535'])('%s is a port', (port) => {
  expect(readConfig({ ...needed, ESPALIER_PORT: port }).port).toBe(Number(port));
});

test.each(['-1', '65536', '80a', '080'])('%s is no port', (port) => {
  expect(() => readConfig({ ...needed, ESPALIER_PORT: port })).toThrow('ESPALIER_PORT');
});

test.each([
  ['.2', 0.2],
  ['0.05', 0.05],
  ['2.5', 2.5],
])('%s is a limit of the canary', (text, share) => {
  expect(readConfig({ ...needed, ESPALIER_CANARY_SUSPECT: text }).canaryLimits.suspect).toBe(share);
});

test.each(['0', '15%', '-1', '1e3'])('%s is no limit of the canary', (text) => {
  expect(() => readConfig({ ...needed, ESPALIER_CANARY_FAILED: text })).toThrow('ESPALIER_CANARY_FAILED');
});
