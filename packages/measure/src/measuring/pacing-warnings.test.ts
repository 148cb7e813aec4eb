import { type Pacing, resolveSpec } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { pacingWarnings } from './pacing-warnings.js';

const constant: Pacing = { kind: 'request-rate', perSecond: 100, arrivals: 'constant' };
const poisson: Pacing = { ...constant, arrivals: 'poisson' };

function warningsOf(pacing: Pacing, lateRuns: number, achievedPerSecond: number) {
  const punctuality = { runs: 100, lateRuns, achievedPerSecond };
  return pacingWarnings([{ punctuality }, { punctuality }], resolveSpec({ pacing }));
}

test('a rate that is kept is no warning, though a run may be late now and then', () => {
  expect(warningsOf(constant, 2, 99.8)).toEqual([]);
});

test('a rate that is not reached is a warning with the share of late runs and the rate', () => {
  expect(warningsOf(poisson, 90, 60)).toEqual([
    { code: 'pacing-missed', evidence: { lateShare: 0.9, achievedPerSecond: 60, wantedPerSecond: 100 } },
  ]);
});

test('late runs count against a constant rate, but arrivals by chance find a run going on anyway', () => {
  expect(warningsOf(constant, 20, 99)).toHaveLength(1);
  expect(warningsOf(poisson, 20, 99)).toEqual([]);
});

test('other pacings have no rate to miss', () => {
  expect(pacingWarnings([{}], resolveSpec({ pacing: { kind: 'idle-gap', gapMs: 5 } }))).toEqual([]);
});
