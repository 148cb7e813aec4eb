import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom, type Random } from '../statistics/random.js';
import { normal, shareOf } from '../testing/series.js';
import { type HistoryPoint, judgeChange } from './judge-change.js';

/** Half of the 95 % interval of each result, as a share. */
const OWN = 0.006;

function point(valueMs: number, canaryMs: number | null = null): HistoryPoint {
  return { valueMs, ci: [valueMs * (1 - OWN), valueMs * (1 + OWN)], canaryMs, at: '2026-11-25T00:00:00Z' };
}

function results(count: number, levelMs: number, noise: number, random: Random): HistoryPoint[] {
  return Array.from({ length: count }, () => point(levelMs * Math.exp(noise * normal(random))));
}

const TRIALS = 120;
const SAMPLING = 3 * Math.sqrt((0.95 * 0.05) / TRIALS);

test.each([0.005, 0.02, 0.05])(
  'noise of %d from one measurement to the next is called a change in 5 % of histories at most, short ones or long',
  (noise) => {
    for (const count of [2, 4, 20]) {
      const random = seededRandom(count);
      const alarms = shareOf(TRIALS, () => {
        const [latest = point(10), ...earlier] = results(count + 1, 10, noise, random);
        return ['slower', 'faster'].includes(judgeChange(earlier, latest).verdict);
      });
      expect(alarms).toBeLessThan(0.05 + SAMPLING);
    }
  },
);

test.each([
  { noise: 0.005, shift: 0.02 },
  { noise: 0.02, shift: 0.08 },
])('a shift of $shift in noise of $noise is found', ({ noise, shift }) => {
  const random = seededRandom(5);
  const found = shareOf(TRIALS, () => {
    const [latest = point(10)] = results(1, 10 * (1 + shift), noise, random);
    return judgeChange(results(12, 10, noise, random), latest).verdict === 'slower';
  });
  expect(found).toBeGreaterThan(0.8);
});

test('an earlier shift is cut out: it neither moves the reference nor counts as noise', () => {
  const random = seededRandom(2);
  const earlier = [...results(10, 7, 0.01, random), ...results(6, 10, 0.01, random)];
  const same = judgeChange(earlier, point(10));
  expect(same).toMatchObject({ verdict: 'no-change', references: 6 });
  expect(same.noiseShare).toBeLessThan(0.02);
  expect(judgeChange(earlier, point(7)).verdict).toBe('faster');
});

test('a single disturbed result among many does not hide a change', () => {
  const random = seededRandom(3);
  const earlier = results(20, 10, 0.01, random);
  earlier[7] = point(30);
  expect(judgeChange(earlier, point(10.6)).verdict).toBe('slower');
  expect(judgeChange(earlier, point(10)).verdict).toBe('no-change');
});

test('a device that was slower for a while, as its canary says, is no change of the model', () => {
  const random = seededRandom(4);
  const earlier = results(10, 10, 0.005, random).map((each) => ({ ...each, canaryMs: 2 }));
  const slow = point(12, 2.4);
  expect(judgeChange(earlier, slow)).toMatchObject({ verdict: 'no-change', canaryCorrected: true });
  const [first = slow, ...others] = earlier;
  const withoutOne = judgeChange([{ ...first, canaryMs: null }, ...others], slow);
  expect(withoutOne).toMatchObject({ verdict: 'slower', canaryCorrected: false });
});

test('nothing is said of a first result, and of a second only what no noise explains', () => {
  expect(judgeChange([], point(10))).toMatchObject({
    verdict: 'too-little-data',
    ratio: null,
    ci: null,
    references: 0,
  });
  expect(judgeChange([point(10)], point(11)).verdict).toBe('too-little-data');
  expect(judgeChange([point(10)], point(1000)).verdict).toBe('slower');
});

test('a wide interval of the latest result makes it prove less', () => {
  const earlier = results(12, 10, 0.005, seededRandom(6));
  expect(judgeChange(earlier, point(10.5)).verdict).toBe('slower');
  expect(judgeChange(earlier, { ...point(10.5), ci: [9.5, 11.5] }).verdict).toBe('no-change');
});

const history = fc.array(fc.double({ noNaN: true, min: 0.1, max: 100 }), { minLength: 1, maxLength: 25 });

test('other units change the reference and nothing else', () => {
  fc.assert(
    fc.property(history, fc.double({ noNaN: true, min: 0.1, max: 100 }), (values, latest) => {
      const judged = (unit: number): ReturnType<typeof judgeChange> =>
        judgeChange(
          values.map((value) => point(value * unit)),
          point(latest * unit),
        );
      const inMs = judged(1);
      const inMicroseconds = judged(1024);
      expect(inMicroseconds.verdict).toBe(inMs.verdict);
      expect(inMicroseconds.ratio).toBeCloseTo(inMs.ratio ?? 0, 6);
      expect((inMicroseconds.referenceMs ?? 0) / 1024 / (inMs.referenceMs ?? 1)).toBeCloseTo(1, 9);
    }),
  );
});

test('the interval holds the ratio, the ratio is to the reference, and no verdict goes against the interval', () => {
  fc.assert(
    fc.property(history, fc.double({ noNaN: true, min: 0.1, max: 100 }), (values, latest) => {
      const { verdict, ratio, ci, referenceMs, references } = judgeChange(
        values.map((value) => point(value)),
        point(latest),
      );
      const [lower, upper] = ci ?? [Number.NaN, Number.NaN];
      expect(lower).toBeLessThanOrEqual(ratio ?? Number.NaN);
      expect(upper).toBeGreaterThanOrEqual(ratio ?? Number.NaN);
      expect((ratio ?? 0) * (referenceMs ?? 0)).toBeCloseTo(latest, 6);
      expect(references).toBeLessThanOrEqual(values.length);
      expect(verdict === 'slower').toBe(lower > 1);
      expect(verdict === 'faster').toBe(upper < 1);
    }),
  );
});

test('equal results, in whatever order, are no change', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 30 }), fc.double({ noNaN: true, min: 0.1, max: 100 }), (count, value) => {
      const earlier = Array.from({ length: count }, () => point(value));
      expect(judgeChange(earlier, point(value)).verdict).toBe('no-change');
    }),
  );
});
