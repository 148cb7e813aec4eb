import { resolveSpec } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { aMeasurement, anEnvironment, aResult, aSnapshot } from '../testing/measurements.js';
import {
  areOfSeveralDevices,
  commonStatistic,
  differencesOf,
  isMeasured,
  type Measured,
  overCanary,
  ratioTo,
} from './comparison.js';

const ONE = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const BASE = 'c'.repeat(64);

const measured = (result: Measured['result'], overrides: Partial<Measured> = {}): Measured => ({
  ...aMeasurement({ status: 'succeeded' }),
  ...overrides,
  result,
});

const over = (p50: number): { ratio: { p50: number; ci: [number, number] } } => ({
  ratio: { p50, ci: [p50 * 0.998, p50 * 1.002] },
});

test('only what found a latency can be compared', () => {
  expect(isMeasured(aMeasurement())).toBe(false);
  expect(isMeasured(measured(aResult([1, 2])))).toBe(true);
});

test('a measurement that had the reference as its control is compared by its own rounds', () => {
  const subject = measured(aResult([8, 8.1], over(0.8)), { subject: ONE, control: BASE });
  const base = measured(aResult([10, 10.1]), { subject: BASE });
  const { basis, ratio } = ratioTo(subject, base, 'p50');
  expect(basis).toBe('interleaved');
  expect(ratio.value).toBe(0.8);
});

test('two that had the same control are compared through it, whatever the device did in between', () => {
  const quick = measured(aResult([8, 8.1], over(0.8)), { subject: ONE, control: BASE });
  const slowLater = measured(aResult([18, 18.1], over(0.9)), { subject: OTHER, control: BASE });
  const { basis, ratio } = ratioTo(quick, slowLater, 'p50');
  expect(basis).toBe('common-control');
  expect(ratio.value).toBeCloseTo(0.8 / 0.9, 9);
  expect(ratio.ci[1] - ratio.ci[0]).toBeCloseTo((0.004 * Math.SQRT2 * 0.8) / 0.9, 3);
});

test('others are compared as two separate runs', () => {
  const one = measured(aResult([8, 8]), { subject: ONE });
  const other = measured(aResult([10, 10]), { subject: OTHER });
  expect(ratioTo(one, other, 'p50')).toMatchObject({ basis: 'independent', ratio: { value: 0.8 } });
});

test('what a model over itself says is nothing about another run, and nor are other conditions', () => {
  const itself = measured(aResult([8, 8], over(1)), { subject: BASE, control: BASE });
  const later = measured(aResult([10, 10], over(1)), { subject: BASE, control: BASE });
  expect(ratioTo(itself, later, 'p50').basis).toBe('independent');
  const subject = measured(aResult([8, 8], over(0.8)), { subject: ONE, control: BASE });
  const batched = measured(aResult([30, 30]), { subject: BASE, spec: resolveSpec({ batch: 4 }) });
  expect(ratioTo(subject, batched, 'p50').basis).toBe('independent');
});

test('the statistic is the one that all ask for, or the median', () => {
  const p90 = aMeasurement({ spec: resolveSpec({ statistic: 'p90' }) });
  expect(commonStatistic([p90, p90])).toBe('p90');
  expect(commonStatistic([p90, aMeasurement()])).toBe('p50');
});

test('a latency in units of the canary makes devices comparable', () => {
  const canary = { p50Ms: 4, p50Ci: [3.96, 4.04] as [number, number], at: '2026-03-01T12:00:00.000Z' };
  const environment = anEnvironment({ canary });
  expect(overCanary(measured(aResult([8, 8], { environment })), 'p50')?.value).toBe(2);
  expect(overCanary(measured(aResult([8, 8])), 'p50')).toBeNull();
});

test('only what differs is told, in the order of the measurements', () => {
  const one = measured(aResult([1, 1]), { agentId: 'one', spec: resolveSpec({ threads: 2 }) });
  const environment = anEnvironment({ onnxruntime: '1.23.0', before: aSnapshot({ governor: 'powersave' }) });
  const other = measured(aResult([1, 1], { environment }), { agentId: 'other' });
  expect(differencesOf([one, other], new Map([['one', 'bench']]))).toEqual([
    { name: 'Device', values: ['bench', 'a device that is gone'] },
    { name: 'Threads', values: ['2', '1'] },
    { name: 'onnxruntime', values: ['1.22.0', '1.23.0'] },
    { name: 'Governor', values: ['not told', 'powersave'] },
  ]);
  expect(differencesOf([one, one], new Map())).toEqual([]);
  expect(areOfSeveralDevices([one, other])).toBe(true);
  expect(areOfSeveralDevices([one, one])).toBe(false);
});
