import { expect, test } from '@jest/globals';
import { describeRatio, formatRatio, standOf } from './ratio.js';

test('a ratio has the decimals that its interval makes meaningful', () => {
  expect(formatRatio({ value: 0.8534, ci: [0.851, 0.8556] })).toEqual({ value: '0.8534×', interval: '0.8510–0.8556×' });
  expect(formatRatio({ value: 0.85, ci: [0.7, 1] })).toEqual({ value: '0.85×', interval: '0.70–1.00×' });
  expect(formatRatio({ value: 1, ci: [0.5, Number.POSITIVE_INFINITY] }).interval).toBe('0.500–∞×');
});

test('a difference is one only when the interval leaves out 1', () => {
  expect(standOf([0.8, 0.9])).toBe('less');
  expect(standOf([1.01, 1.2])).toBe('more');
  expect(standOf([0.99, 1.2])).toBe('open');
  expect(standOf([1, 1.2])).toBe('open');
});

test('the sentence says what the interval allows, and no more', () => {
  expect(describeRatio({ value: 0.853, ci: [0.85, 0.856] }, 'the control')).toBe(
    'takes 15\u202f% less time than the control (95 % interval: 14\u202f% to 15\u202f%)',
  );
  expect(describeRatio({ value: 1.02, ci: [1.01, 1.03] }, 'the control')).toBe(
    'takes 2.0\u202f% more time than the control (95 % interval: 1.0\u202f% to 3.0\u202f%)',
  );
  expect(describeRatio({ value: 1.001, ci: [0.996, 1.006] }, 'the control')).toBe(
    'is not shown to differ from the control: its time lies between 0.4\u202f% less and 0.6\u202f% more',
  );
});
