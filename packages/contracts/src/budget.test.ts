import { expect, test } from '@jest/globals';
import { ContractError, parseBudget } from './index.js';

test('a budget is read as people write it', () => {
  expect(parseBudget('0.7x', 'x86-cpu')).toEqual({ target: 'x86-cpu', statistic: 'p50', ratio: 0.7 });
  expect(parseBudget('p50=12ms', 'x86-cpu')).toEqual({ target: 'x86-cpu', statistic: 'p50', limitMs: 12 });
  expect(parseBudget(' arm64-cpu:p50=1.5s ', 'x86-cpu')).toEqual({
    target: 'arm64-cpu',
    statistic: 'p50',
    limitMs: 1500,
  });
});

test.each(['', '0x', '12', 'p51=3ms', '-1ms', '12 parsecs'])('%j is refused with examples', (text) => {
  expect(() => parseBudget(text, 'x86-cpu')).toThrow(ContractError);
  expect(() => parseBudget(text, 'x86-cpu')).toThrow(/write 0\.7x/);
});

test('a statistic that plans do not limit is refused by name', () => {
  expect(() => parseBudget('p90=12ms', 'x86-cpu')).toThrow(/limits p90, but a plan limits the p50/);
});
