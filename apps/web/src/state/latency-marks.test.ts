import { expect, test } from '@jest/globals';
import { positionIn } from '../scale/linear.js';
import { aPlan } from '../testing/plans.js';
import { latencyMarks } from './latency-marks.js';

test('what is not known yet keeps its place', () => {
  const { marks, limitMs } = latencyMarks(aPlan());
  expect(marks.map(({ key, estimate }) => [key, estimate])).toEqual([
    ['base', null],
    ['predicted', null],
    ['measured', null],
  ]);
  expect(limitMs).toBeNull();
});

test('the axis begins at zero where an interval reaches below', () => {
  const { domain } = latencyMarks(aPlan({ predicted: { p50Ms: 80, ci: [-300, 475] } }));
  expect(domain[0]).toBe(0);
  expect(domain[1]).toBeGreaterThan(475);
});

test('every interval and the limit lie inside the axis', () => {
  const { domain, marks, limitMs } = latencyMarks(
    aPlan({
      base: { p50Ms: 77, ci: [76.5, 77.6], n: 200 },
      predicted: { p50Ms: 52, ci: [50.9, 53.1] },
      budgets: [{ target: 'x86-cpu', statistic: 'p50', limitMs: 53.9, ratio: 0.7 }],
    }),
  );
  for (const value of [77.6, 50.9, limitMs ?? Number.NaN]) {
    expect(positionIn(domain, value)).toBeGreaterThan(0);
    expect(positionIn(domain, value)).toBeLessThan(1);
  }
  expect(marks[1]?.estimate?.n).toBeNull();
});
