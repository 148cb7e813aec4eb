import { expect, test } from '@jest/globals';
import { CRITERIA, criterionName, criterionOf } from './criterion.js';

test('every criterion has a name of its own', () => {
  expect(new Set(CRITERIA.map(({ value }) => criterionName(value))).size).toBe(CRITERIA.length);
});

test('a criterion is recognised by its code, and nothing else is', () => {
  expect(criterionOf('bn-scale')).toBe('bn-scale');
  expect(criterionOf('BN scale')).toBeUndefined();
  expect(criterionOf(null)).toBeUndefined();
});
