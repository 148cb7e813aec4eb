import { expect, test } from '@jest/globals';
import { formatLatency, formatMs, formatSaving, savingDecimals } from './latency.js';

test('a latency shows three digits', () => {
  expect(formatMs(77.04)).toBe('77.0\u202fms');
  expect(formatMs(0.8312)).toBe('0.831\u202fms');
  expect(formatMs(1240)).toBe('1240\u202fms');
});

test('an interval is written with the decimals of its value', () => {
  expect(formatLatency(52.41, [51.9, 52.9])).toEqual({ value: '52.4\u202fms', interval: '51.9–52.9\u202fms' });
});

test('a narrow interval gets the decimals that it needs to show', () => {
  expect(formatLatency(52.413, [52.392, 52.434])).toEqual({
    value: '52.41\u202fms',
    interval: '52.39–52.43\u202fms',
  });
});

test('a wide interval takes decimals away that mean nothing', () => {
  expect(formatLatency(79.73, [-315.6, 475.1])).toEqual({ value: '80\u202fms', interval: '\u2212316 to 475\u202fms' });
  expect(formatLatency(5.24, [3.1, 7.4])).toEqual({ value: '5.2\u202fms', interval: '3.1–7.4\u202fms' });
});

test('a saving names half the width of its interval', () => {
  expect(formatSaving(1.84, [1.72, 1.96], 2)).toBe('1.84 ± 0.12\u202fms');
  expect(formatSaving(-0.03, [-0.1, 0.04], 2)).toBe('\u22120.03 ± 0.07\u202fms');
  expect(formatSaving(1.84, null, 1)).toBe('1.8\u202fms');
});

test('a column of savings has the decimals of its typical uncertainty', () => {
  expect(
    savingDecimals([
      [1, 1.24],
      [2, 2.3],
      [3, 9],
    ]),
  ).toBe(2);
  expect(savingDecimals([])).toBe(2);
});
