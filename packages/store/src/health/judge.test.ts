import { expect, test } from '@jest/globals';
import { BASELINE_READINGS, type CanaryState, DEFAULT_CANARY_LIMITS, judgeReading, medianOf } from './judge.js';

const measured = (p50Ms: number) =>
  ({ kind: 'measured', p50Ms, p50Ci: [p50Ms, p50Ms] as [number, number], runs: 100 }) as const;
const failed = { kind: 'failed', code: 'probe-crashed', message: 'SIGSEGV' } as const;

/** What a row of readings makes of a new device: `null` is one that failed. */
function after(...readings: readonly (number | null)[]): CanaryState | null {
  return readings.reduce<CanaryState | null>(
    (state, p50Ms) => judgeReading(state, p50Ms === null ? failed : measured(p50Ms), DEFAULT_CANARY_LIMITS),
    null,
  );
}
const statuses = (...readings: readonly (number | null)[]) =>
  readings.map((_, at) => after(...readings.slice(0, at + 1))?.status);

test('the first reading that passes makes a device healthy, and the first five make its baseline', () => {
  expect(after(10)).toMatchObject({ status: 'healthy', reason: null, baseline: [10], p50Ms: 10, strikes: 0 });
  const later = after(10, 10.2, 9.9, 10.1, 10, 11, 11, 11);
  expect(later?.baseline).toEqual([10, 10.2, 9.9, 10.1, 10]);
  expect(later?.baseline).toHaveLength(BASELINE_READINGS);
});

test('a device that drifts beyond the limit is suspect, slower or faster, and healthy again when it comes back', () => {
  expect(statuses(10, 10, 10, 10, 10, 11.4, 11.6, 10)).toEqual([
    ...Array.from({ length: 6 }, () => 'healthy'),
    'suspect',
    'healthy',
  ]);
  expect(after(10, 10, 10, 10, 10, 8)).toMatchObject({
    status: 'suspect',
    reason: expect.stringContaining('25 % faster'),
  });
  expect(after(10, 10, 10, 10, 10, 12)?.reason).toContain('20 % slower');
});

test('one bad reading makes a device suspect, a second in a row makes it fail, one good one and it passes', () => {
  expect(statuses(10, 21, 21, 21, 10)).toEqual(['healthy', 'suspect', 'failed', 'failed', 'healthy']);
  expect(statuses(10, null, null, 10)).toEqual(['healthy', 'suspect', 'failed', 'healthy']);
  expect(statuses(10, null, 25, 10, 25)).toEqual(['healthy', 'suspect', 'failed', 'healthy', 'suspect']);
  expect(after(10, null, null)?.reason).toMatch(/SIGSEGV \(probe-crashed\), and 2 bad readings in a row/);
});

test('bad readings never become the baseline', () => {
  expect(after(10, 30, null, 10, 30)?.baseline).toEqual([10, 10]);
});

test('a device that never could measure its canary fails without a baseline', () => {
  expect(after(null, null)).toMatchObject({ status: 'failed', baseline: [], p50Ms: null });
});

test('a median is the middle, or between the two in the middle, and null of nothing', () => {
  expect([medianOf([3, 1, 2]), medianOf([4, 1, 2, 3]), medianOf([])]).toEqual([2, 2.5, null]);
});
