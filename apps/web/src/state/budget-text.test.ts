import { expect, test } from '@jest/globals';
import { readBudget } from './budget-text.js';

test('a budget that is understood has no error', () => {
  expect(readBudget(' p50=1.5s', 'cuda')).toEqual({
    budget: { target: 'cuda', statistic: 'p50', limitMs: 1500 },
    error: null,
  });
});

test('what is wrong is said with what was typed and with examples', () => {
  expect(readBudget('fast', 'cuda')).toEqual({
    budget: null,
    error: "'fast' is no budget; write 0.7x, p50=12ms or x86-cpu:p50=12ms",
  });
  expect(readBudget('  ', 'cuda').error).toMatch(/such as 0\.7x/);
});
