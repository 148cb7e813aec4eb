import { expect, test } from '@jest/globals';
import { runBudget } from './event-budget.js';

test('short runs may be many, and some of them warm up', () => {
  const { warmUpRuns, maxRuns } = runBudget(200);
  expect(warmUpRuns).toBe(3);
  expect(maxRuns).toBe(997);
});

test('where few runs fit in, all of them count', () => {
  expect(runBudget(50_000)).toEqual({ warmUpRuns: 0, maxRuns: 4 });
  expect(runBudget(600_000)).toEqual({ warmUpRuns: 0, maxRuns: 1 });
});

test('a run that leaves more than the profiler keeps is refused', () => {
  expect(() => runBudget(1_000_001)).toThrow(expect.objectContaining({ code: 'probe-crashed' }));
});
