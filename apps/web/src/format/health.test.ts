import type { TargetHealth } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { canBeCleared, describeCanary, describeHealth, describeSpeed, healthReasons } from './health.js';

const target = (overrides: Partial<TargetHealth>): TargetHealth => ({
  target: 'x86-cpu',
  status: 'healthy',
  reason: null,
  p50Ms: 4,
  baselineMs: 4,
  drift: 0.031,
  relativeSpeed: 1.12,
  at: '2026-03-01T12:00:00.000Z',
  ...overrides,
});

test('a failed device is said to get no measurements, on the targets where it failed', () => {
  const targets = [target({}), target({ target: 'cuda', status: 'failed', reason: 'twice as slow' })];
  expect(describeHealth({ status: 'failed', targets })).toBe(
    'It gets no measurements on cuda until its canary passes or a person clears it.',
  );
  expect(healthReasons({ targets })).toEqual(['cuda: twice as slow']);
});

test('only what is doubted can be cleared', () => {
  expect((['healthy', 'suspect', 'failed', 'unknown'] as const).map((status) => canBeCleared({ status }))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test('the canary and the speed are told with their units', () => {
  expect(describeCanary(target({}))).toBe('canary 4.00\u202fms, +3.1\u202f% from its baseline');
  expect(describeCanary(target({ drift: null }))).toBe('canary 4.00\u202fms');
  expect(describeCanary(target({ p50Ms: null }))).toBe('no canary');
  expect(describeSpeed(target({}))).toBe('1.12× as fast as its class');
  expect(describeSpeed(target({ relativeSpeed: null }))).toBe('alone in its class');
});
