import { expect, test } from '@jest/globals';
import { readConfig } from './config.js';

const machine = { hostname: 'bench-7', homeDir: '/home/ann' };

test('an empty environment gives an agent on this machine', () => {
  expect(readConfig({}, machine)).toEqual({
    apiUrl: 'http://127.0.0.1:8080',
    redisUrl: 'redis://127.0.0.1:6379',
    targets: null,
    name: 'bench-7',
    dir: '/home/ann/.espalier/agent',
    cacheBytes: 4_096_000_000,
    canary: { betweenJobsMs: 60_000, idleMs: 900_000 },
    limits: {},
    logLevel: 'info',
    exitWithParent: false,
  });
});

test('every variable is read; what is set to nothing is not set', () => {
  const env = {
    ESPALIER_API_URL: 'https://espalier.example:8443/base',
    REDIS_URL: 'rediss://user:secret@redis.example:6380/2',
    ESPALIER_TARGETS: ' x86-cpu, cuda ,x86-cpu',
    ESPALIER_AGENT_NAME: 'lab 1',
    ESPALIER_AGENT_DIR: '/srv/agent',
    ESPALIER_AGENT_CACHE_MB: '100',
    ESPALIER_AGENT_CANARY_SECONDS: '0',
    ESPALIER_AGENT_CANARY_IDLE_SECONDS: '30',
    ESPALIER_AGENT_MEMORY_MB: '512',
    ESPALIER_AGENT_DEADLINE_SECONDS: '90',
    ESPALIER_LOG_LEVEL: '',
    ESPALIER_EXIT_WITH_PARENT: '1',
  };
  expect(readConfig(env, machine)).toEqual({
    apiUrl: 'https://espalier.example:8443/base',
    redisUrl: 'rediss://user:secret@redis.example:6380/2',
    targets: ['x86-cpu', 'cuda'],
    name: 'lab 1',
    dir: '/srv/agent',
    cacheBytes: 100_000_000,
    canary: { betweenJobsMs: 0, idleMs: 30_000 },
    limits: { memoryLimitBytes: 512_000_000, deadlineMs: 90_000 },
    logLevel: 'info',
    exitWithParent: true,
  });
});

test('auto, alone, stands for every target that works here', () => {
  expect(readConfig({ ESPALIER_TARGETS: 'auto' }, machine).targets).toBe('auto');
});

test.each([
  ['ESPALIER_API_URL', '127.0.0.1:8080'],
  ['REDIS_URL', 'localhost'],
  ['ESPALIER_TARGETS', 'X86'],
  ['ESPALIER_TARGETS', ','],
  ['ESPALIER_TARGETS', 'x86-cpu,'],
  ['ESPALIER_AGENT_NAME', 'x'.repeat(201)],
  ['ESPALIER_AGENT_CACHE_MB', '0'],
  ['ESPALIER_AGENT_CACHE_MB', '4 GB'],
  ['ESPALIER_AGENT_CANARY_SECONDS', '-1'],
  ['ESPALIER_AGENT_CANARY_IDLE_SECONDS', '1.5'],
  ['ESPALIER_AGENT_MEMORY_MB', '0'],
  ['ESPALIER_AGENT_DEADLINE_SECONDS', 'never'],
  ['ESPALIER_LOG_LEVEL', 'loud'],
  ['ESPALIER_EXIT_WITH_PARENT', 'yes'],
])('%s=%j is refused by name, with an example', (name, value) => {
  expect(() => readConfig({ [name]: value }, machine)).toThrow(`${name} is '${value}', write it like `);
});

test('every bad variable is named at once', () => {
  const env = { ESPALIER_API_URL: 'x', REDIS_URL: 'y', ESPALIER_LOG_LEVEL: 'z' };
  expect(() => readConfig(env, machine)).toThrow(/ESPALIER_API_URL.*REDIS_URL.*ESPALIER_LOG_LEVEL/);
});
