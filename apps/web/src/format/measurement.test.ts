import { resolveSpec } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { aMeasurement, aResult } from '../testing/measurements.js';
import { describeChange, describeGrounds, foundText } from './measurement.js';

test('a list shows what was found, why nothing was, or nothing yet', () => {
  expect(foundText(aMeasurement())).toBe('–');
  expect(foundText(aMeasurement({ result: aResult([10, 10, 10]) }))).toBe('10.00\u202fms ±1.0\u202f%');
  const tail = { result: aResult([10, 20]), spec: resolveSpec({ statistic: 'mean' }) };
  expect(foundText(aMeasurement(tail))).toBe('15.0\u202fms ±1.0\u202f%');
  const failure = { code: 'model-invalid', message: 'no kernel' };
  expect(foundText(aMeasurement({ failure }))).toBe('model-invalid');
  expect(foundText(aMeasurement({ kind: 'score' }))).toBe('–');
});

test('a change is told with its size and its grounds', () => {
  expect(describeChange({ verdict: 'slower', ratio: 1.041 })).toBe('4.1\u202f% slower');
  expect(describeChange({ verdict: 'faster', ratio: 0.9 })).toBe('10.0\u202f% less time');
  expect(describeChange({ verdict: 'no-change', ratio: 1 })).toBe('no change');
  const change = {
    verdict: 'slower' as const,
    ratio: 1.041,
    ci: [1.02, 1.06] as [number, number],
    referenceMs: 10,
    references: 5,
    noiseShare: 0.008,
    canaryCorrected: true,
  };
  expect(describeGrounds(change)).toBe(
    'against 5 before it, which differ by 0.8\u202f% anyway; corrected by the canary',
  );
  expect(describeGrounds({ ...change, references: 0 })).toBe('no result before it to compare with');
});
