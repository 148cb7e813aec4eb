import type { CanaryReading } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { createHealth } from './health.js';

const at = '2026-01-01T00:00:00.000Z';
const good: CanaryReading = { target: 'x86-cpu', at, outcome: { kind: 'measured', p50Ms: 2, p50Ci: [1, 3], runs: 9 } };
const bad: CanaryReading = { target: 'cuda', at, outcome: { kind: 'failed', code: 'probe-crashed', message: 'boom' } };

test('a device of which nothing is known takes jobs; one that the API calls failed does not, until it passes', () => {
  const health = createHealth();
  const changes: boolean[] = [];
  health.onChange((allowsJobs) => changes.push(allowsJobs));
  expect(health.allowsJobs()).toBe(true);
  for (const status of ['healthy', 'failed', 'failed', 'suspect'] as const) health.judged(status);
  expect(changes).toEqual([false, true]);
});

test('a reading that failed stops the jobs before the API has judged it, and a good one on every target lets them flow', () => {
  const health = createHealth();
  health.measured([good, bad]);
  expect(health.allowsJobs()).toBe(false);
  health.judged('suspect');
  expect(health.allowsJobs()).toBe(false);
  health.measured([{ ...good, target: 'cuda' }]);
  expect(health.allowsJobs()).toBe(true);
});

test('a device is cleared when a heartbeat no longer calls it failed, though nothing was measured', () => {
  const health = createHealth();
  health.measured([bad]);
  health.judged('failed');
  health.heard('failed', health.revision());
  expect(health.allowsJobs()).toBe(false);
  health.heard('unknown', health.revision());
  expect(health.allowsJobs()).toBe(true);
});

test('the answer to a heartbeat from before the latest news changes nothing', () => {
  const health = createHealth();
  const askedAt = health.revision();
  health.measured([bad]);
  health.judged('failed');
  health.heard('healthy', askedAt);
  expect(health.allowsJobs()).toBe(false);
});

test('results carry the latest reading of their target, unless that failed', () => {
  const health = createHealth();
  health.measured([good, bad]);
  expect(health.stamp('x86-cpu')).toEqual({ p50Ms: 2, p50Ci: [1, 3], at });
  expect(health.stamp('cuda')).toBeUndefined();
  expect(health.stamp('webgpu')).toBeUndefined();
  health.measured([{ ...bad, target: 'x86-cpu' }]);
  expect(health.stamp('x86-cpu')).toBeUndefined();
});
