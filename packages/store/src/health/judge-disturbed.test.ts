import { expect, test } from '@jest/globals';
import { DEFAULT_CANARY_LIMITS, judgeReading } from './judge.js';

const measured = (p50Ms: number, disturbedBy?: string[]) => ({
  kind: 'measured' as const,
  p50Ms,
  p50Ci: [p50Ms, p50Ms] satisfies [number, number],
  runs: 100,
  ...(disturbedBy === undefined ? {} : { disturbedBy }),
});

test('a device that is slow while others keep it busy is suspect, however often, and does not fail', () => {
  const busy = measured(50, ['other-load']);
  const state = [measured(10), busy, busy, busy].reduce<ReturnType<typeof judgeReading> | null>(
    (before, outcome) => judgeReading(before, outcome, DEFAULT_CANARY_LIMITS),
    null,
  );
  expect(state).toMatchObject({ status: 'suspect', strikes: 0, baseline: [10], p50Ms: 50 });
  expect(state?.reason).toContain('while others keep it busy');
});
