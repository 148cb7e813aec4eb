import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { domainOf, niceTicks, percentIn, positionIn, tickDecimals } from './linear.js';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

test('the ends of a domain lie at 0 % and 100 %, and what is outside is clamped', () => {
  expect(percentIn([10, 20], 10)).toBe('0.000%');
  expect(percentIn([10, 20], 12.5)).toBe('25.000%');
  expect(percentIn([10, 20], 99)).toBe('100.000%');
});

test('a domain holds every value it was made from', () => {
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, padding) => {
      const domain = domainOf(values, padding);
      expect(domain[0]).toBeLessThan(domain[1]);
      for (const value of values) {
        expect(positionIn(domain, value)).toBeGreaterThanOrEqual(-1e-9);
        expect(positionIn(domain, value)).toBeLessThanOrEqual(1 + 1e-9);
      }
    }),
  );
});

test('nothing to show and one value to show still make a domain', () => {
  expect(domainOf([])).toEqual([0, 1]);
  expect(domainOf([Number.NaN, 3])).toEqual([2.5, 3.5]);
});

test('ticks are round numbers inside the domain', () => {
  expect(niceTicks([50.2, 78.9], 4)).toEqual([60, 70]);
  expect(niceTicks([50.2, 78.9], 6)).toEqual([55, 60, 65, 70, 75]);
  expect(niceTicks([0, 1], 5)).toEqual([0, 0.5, 1]);
});

test('ticks stay inside their domain and below their number, whatever the domain', () => {
  fc.assert(
    fc.property(
      finite,
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      fc.integer({ min: 2, max: 12 }),
      (low, width, count) => {
        const domain = [low, low + width] as const;
        const ticks = niceTicks(domain, count);
        expect(ticks.length).toBeLessThanOrEqual(count);
        for (const tick of ticks) {
          expect(positionIn(domain, tick)).toBeGreaterThanOrEqual(-1e-6);
          expect(positionIn(domain, tick)).toBeLessThanOrEqual(1 + 1e-6);
        }
      },
    ),
  );
});

test('ticks are written with just enough decimals', () => {
  expect(tickDecimals([60, 70])).toBe(0);
  expect(tickDecimals([0.2, 0.4])).toBe(1);
  expect(tickDecimals([0.05, 0.1])).toBe(2);
  expect(tickDecimals([5])).toBe(1);
});
