import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decimalsFor, formatBytes, formatCount, formatFixed, formatNoun, formatShare } from './number.js';

test.each([
  [0, '0'],
  [999, '999'],
  [999.96, '1.00\u202fk'],
  [1_000, '1.00\u202fk'],
  [25_557_032, '25.6\u202fM'],
  [999_960, '1.00\u202fM'],
  [4_089_184_256, '4.09\u202fG'],
])('the count %d is written %j', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test.each([
  [12, '12\u202fB'],
  [102_400_000, '102\u202fMB'],
  [8_589_934_592, '8.59\u202fGB'],
])('%d bytes are written %j', (sizeBytes, text) => {
  expect(formatBytes(sizeBytes)).toBe(text);
});

test('a negative number has a real minus sign, and what rounds to zero has none', () => {
  expect(formatFixed(-1.25, 1)).toBe('\u22121.3');
  expect(formatFixed(-0.01, 1)).toBe('0.0');
});

test('a share is written as percent', () => {
  expect(formatShare(0.0625)).toBe('6.3\u202f%');
  expect(formatShare(0.7, 0)).toBe('70\u202f%');
});

test('rounding that carries into a new digit takes a decimal away', () => {
  expect(decimalsFor(9.996)).toBe(1);
  expect(decimalsFor(9.994)).toBe(2);
});

test('a positive count is never more than half a percent away from what is shown', () => {
  const factors: Record<string, number> = { k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
  fc.assert(
    fc.property(fc.integer({ min: 1_000, max: 1_000_000_000_000 }), (count) => {
      const [digits = '', unit = ''] = formatCount(count).split('\u202f');
      expect(Math.abs(Number(digits) * (factors[unit] ?? Number.NaN) - count)).toBeLessThanOrEqual(count * 0.0051);
    }),
  );
});

test('a noun follows its number', () => {
  expect(formatNoun(1, 'agent')).toBe('1 agent');
  expect(formatNoun(0, 'agent')).toBe('0 agents');
  expect(formatNoun(2, 'query', 'queries')).toBe('2 queries');
});
