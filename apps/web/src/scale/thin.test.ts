import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { columnsOf } from './thin.js';

test('no extreme value and no sample is lost', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 500 }),
      fc.integer({ min: 1, max: 60 }),
      (values, count) => {
        const times = values.map((_unused, index) => index);
        const columns = columnsOf(times, values, [0, values.length], count);
        expect(columns.length).toBeLessThanOrEqual(count);
        expect(columns.reduce((sum, column) => sum + column.count, 0)).toBe(values.length);
        expect(Math.min(...columns.map(({ low }) => low))).toBe(Math.min(...values));
        expect(Math.max(...columns.map(({ high }) => high))).toBe(Math.max(...values));
      },
    ),
  );
});

test('columns are in order of time, and those without samples are left out', () => {
  const columns = columnsOf([0, 1, 9], [5, 7, 1], [0, 10], 5);
  expect(columns.map(({ at, count, p50 }) => [at, count, p50])).toEqual([
    [1, 2, 6],
    [9, 1, 1],
  ]);
});

test('samples without a time are left out', () => {
  expect(columnsOf([0], [1, 2, 3], [0, 1], 2)).toHaveLength(1);
});
