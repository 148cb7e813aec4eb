import { expect, test } from '@jest/globals';
import { aLatency, aResult } from '../testing/measurements.js';
import { describeDistribution, describeOutside } from './distribution.js';
import { describeSeries, formatDrift } from './series.js';

test('a distribution is told in a sentence', () => {
  expect(describeDistribution(aLatency([10, 10, 10, 10]))).toBe(
    '4 samples, median 10.00\u202fms (9.90–10.10\u202fms), middle half from 10.0\u202fms to 10.0\u202fms, ' +
      'p90 10.0\u202fms, p99 10.0\u202fms, largest 10.0\u202fms.',
  );
});

test('samples beyond the drawing are counted', () => {
  const histogram = { domain: [0, 1] as const, shares: [], below: 1, above: 3 };
  expect(describeOutside('Subject', histogram)).toBe('Subject: 1 sample below and 3 samples above what is drawn.');
  expect(describeOutside('Subject', { ...histogram, below: 0, above: 0 })).toBe('');
});

test('a series says from how many processes it is, and how many warm-up runs were dropped', () => {
  const result = aResult([10, 11, 12], {
    subject: aLatency([10, 11, 12], { runsPerSample: 4, driftPerMinute: -0.0124 }),
  });
  expect(describeSeries(result)).toBe(
    '3 samples of 4 runs each in 0\u202fs from 1 fresh process, after 12 warm-up runs that were dropped; drift −1.24\u202f% a minute.',
  );
  expect(formatDrift(0.01)).toBe('+1.00\u202f% a minute');
});
