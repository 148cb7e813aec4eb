import type { EnvironmentSnapshot } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { environmentWarnings } from './warnings.js';

const quiet: EnvironmentSnapshot = {
  at: '2026-11-25T10:00:00.000Z',
  cpuModel: 'Test CPU',
  logicalCores: 2,
  load1: 0,
  memoryTotalBytes: 1000,
  memoryAvailableBytes: 900,
  swapUsedBytes: 0,
  cpuBusySeconds: 100,
  cpuStealSeconds: 1,
  throttleCount: 5,
};
const tenSecondsLater: EnvironmentSnapshot = { ...quiet, at: '2026-11-25T10:00:10.000Z', cpuBusySeconds: 110 };

const warn = (changes: Partial<EnvironmentSnapshot>, ownCpuSeconds = 10) =>
  environmentWarnings({ before: quiet, after: { ...tenSecondsLater, ...changes }, ownCpuSeconds });

test('a quiet machine that only the probe used gives no warning', () => {
  expect(warn({})).toEqual([]);
});

test.each([
  { code: 'cpu-steal', changes: { cpuStealSeconds: 1.5 }, evidence: { share: 0.025, seconds: 0.5 } },
  { code: 'other-load', changes: { cpuBusySeconds: 114 }, evidence: { otherCores: 0.4, cores: 2 } },
  { code: 'cpu-throttled', changes: { throttleCount: 7 }, evidence: { times: 2 } },
  { code: 'governor-powersave', changes: { governor: 'powersave' }, evidence: { governor: 'powersave' } },
  { code: 'swap', changes: { swapUsedBytes: 2 ** 21 }, evidence: { bytes: 2 ** 21 } },
  {
    code: 'memory-pressure',
    changes: { memoryAvailableBytes: 50 },
    evidence: { availableBytes: 50, totalBytes: 1000 },
  },
])('$code comes with its evidence', ({ code, changes, evidence }) => {
  expect(warn(changes)).toEqual([{ code, evidence }]);
});

test.each([
  { what: 'a stray tenth of a percent of stolen time', changes: { cpuStealSeconds: 1.02 } },
  { what: 'a daemon that wakes now and then', changes: { cpuBusySeconds: 111 } },
  { what: 'throttling of long ago', changes: { throttleCount: 5 } },
  { what: 'another governor', changes: { governor: 'schedutil' } },
  { what: 'a few swapped pages', changes: { swapUsedBytes: 4096 } },
])('$what gives none', ({ changes }) => {
  expect(warn(changes)).toEqual([]);
});

test('what a platform does not tell cannot be held against it', () => {
  const {
    cpuBusySeconds: _busy,
    cpuStealSeconds: _steal,
    swapUsedBytes: _swap,
    throttleCount: _times,
    ...silent
  } = quiet;
  expect(
    environmentWarnings({ before: silent, after: { ...silent, at: tenSecondsLater.at }, ownCpuSeconds: 3 }),
  ).toEqual([]);
});
