import { parseBudget } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { describeBudget, formatBudget } from './budget.js';

test('a relative budget reads as a ratio', () => {
  expect(formatBudget(parseBudget('0.7x', 'x86-cpu'))).toBe('p50 ≤ 0.7×');
  expect(formatBudget(parseBudget('1x', 'x86-cpu'))).toBe('p50 ≤ 1×');
  expect(describeBudget(parseBudget('0.7x', 'x86-cpu'))).toBe(
    'the p50 on x86-cpu is at most 70\u202f% of the base model’s',
  );
});

test('an absolute budget reads as a latency', () => {
  expect(formatBudget(parseBudget('p50=12ms', 'x86-cpu'))).toBe('p50 ≤ 12.0\u202fms');
  expect(describeBudget(parseBudget('p50=12ms', 'x86-cpu'))).toBe('the p50 on x86-cpu is at most 12.0\u202fms');
});

test('a plan’s relative budget stays a ratio after its limit is known', () => {
  expect(formatBudget({ target: 'x86-cpu', statistic: 'p50', ratio: 0.75, limitMs: 58.1 })).toBe('p50 ≤ 0.75×');
});
