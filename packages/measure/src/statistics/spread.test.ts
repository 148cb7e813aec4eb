import { expect, test } from '@jest/globals';
import { Sample } from './sample.js';
import { countOutliers, medianAbsoluteDeviation } from './spread.js';

test('values beyond the fences are counted', () => {
  // Quartiles 2.25 and 4.75 of the eight, so the fences are at −1.5 and 8.5.
  expect(countOutliers(Sample.of([1, 2, 3, 3, 4, 4, 7, 9]))).toBe(1);
  expect(countOutliers(Sample.of([5, 5, 5, 5]))).toBe(0);
});

test('the median absolute deviation is not scaled', () => {
  expect(medianAbsoluteDeviation(Sample.of([1, 1, 2, 2, 4, 6, 9]))).toBe(1);
});
