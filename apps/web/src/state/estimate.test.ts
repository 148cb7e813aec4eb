import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { aLatency } from '../testing/measurements.js';
import { controlRatio, type Estimated, ratioOfIndependent, statisticOf } from './estimate.js';

const estimated = fc
  .tuple(fc.double({ min: 0.1, max: 100, noNaN: true }), fc.double({ min: 0.001, max: 0.5, noNaN: true }))
  .map(([value, share]): Estimated => ({ value, ci: [value * (1 - share), value * (1 + share)] }));

test('a statistic comes with its own interval', () => {
  const latency = aLatency([1, 2, 3]);
  expect(statisticOf(latency, 'p50')).toEqual({ value: latency.p50Ms, ci: latency.p50Ci });
  expect(statisticOf(latency, 'mean')).toEqual({ value: latency.meanMs, ci: latency.meanCi });
});

test('the interval of a ratio holds the ratio and is wider than either, but not as wide as both together', () => {
  fc.assert(
    fc.property(estimated, estimated, (a, b) => {
      const { value, ci } = ratioOfIndependent(a, b);
      expect(value).toBeCloseTo(a.value / b.value, 9);
      expect(ci[0]).toBeLessThan(value);
      expect(ci[1]).toBeGreaterThan(value);
      expect(ci[0]).toBeLessThanOrEqual(a.ci[0] / b.value);
      expect(ci[1]).toBeGreaterThanOrEqual(a.ci[1] / b.value);
      expect(ci[0]).toBeGreaterThanOrEqual(a.ci[0] / b.ci[1]);
      expect(ci[1]).toBeLessThanOrEqual(a.ci[1] / b.ci[0]);
    }),
  );
});

test('two equal half-widths of 1 % make about 1.4 %', () => {
  const one: Estimated = { value: 10, ci: [9.9, 10.1] };
  const [low, high] = ratioOfIndependent(one, one).ci;
  expect(low).toBeCloseTo(1 - 0.01 * Math.SQRT2, 3);
  expect(high).toBeCloseTo(1 + 0.01 * Math.SQRT2, 3);
});

test('an interval that reaches zero leaves the ratio open to that side', () => {
  const wide: Estimated = { value: 1, ci: [0, 2] };
  const narrow: Estimated = { value: 1, ci: [0.9, 1.1] };
  expect(ratioOfIndependent(narrow, wide).ci[1]).toBe(Number.POSITIVE_INFINITY);
  expect(ratioOfIndependent(wide, narrow).ci[0]).toBe(0);
});

test('the ratio to the control is known for the median and for the statistic that was asked for', () => {
  const ratio = { p50: 0.8, ci: [0.79, 0.81] as [number, number] };
  expect(controlRatio({ ratio }, 'p50')?.value).toBe(0.8);
  expect(controlRatio({ ratio }, 'p90')).toBeNull();
  const requested = { statistic: 'p90' as const, value: 0.9, ci: [0.8, 1] as [number, number] };
  expect(controlRatio({ ratio: { ...ratio, requested } }, 'p90')?.value).toBe(0.9);
  expect(controlRatio({}, 'p50')).toBeNull();
});
