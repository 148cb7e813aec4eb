import { expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { EnvironmentError, environmentReader } from './index.js';

const read = environmentReader(
  Type.Object({
    DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://' }),
    REDIS_URL: Type.String({ pattern: '^rediss?://' }),
    ESPALIER_PORT: Type.String({ pattern: '^\\d+$', default: '8080' }),
  }),
  { DATABASE_URL: 'postgres://127.0.0.1/espalier', REDIS_URL: 'redis://127.0.0.1:6379', ESPALIER_PORT: '8080' },
);

test('variables are read, defaults filled in, and other variables left alone', () => {
  expect(read({ DATABASE_URL: ' postgres://x/y ', REDIS_URL: 'redis://z', HOME: '/root' })).toEqual({
    DATABASE_URL: 'postgres://x/y',
    REDIS_URL: 'redis://z',
    ESPALIER_PORT: '8080',
  });
});

test('a variable that is set to nothing counts as not set', () => {
  expect(read({ DATABASE_URL: 'postgres://x/y', REDIS_URL: 'redis://z', ESPALIER_PORT: '' }).ESPALIER_PORT).toBe(
    '8080',
  );
});

const readBad = () => read({ REDIS_URL: 'http://z', ESPALIER_PORT: 'eighty' });

test('one error names every bad variable, each with an example', () => {
  expect(readBad).toThrow(EnvironmentError);
  expect(readBad).toThrow(/DATABASE_URL is missing, write it like postgres:\/\/127\.0\.0\.1\/espalier/);
  expect(readBad).toThrow(/REDIS_URL is 'http:\/\/z', write it like redis/);
  expect(readBad).toThrow(/ESPALIER_PORT is 'eighty', write it like 8080/);
});
