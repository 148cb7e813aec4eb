import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { itemsPerRow } from './rows.js';

test('rows are about equally full', () => {
  expect(itemsPerRow(16, 12)).toBe(8);
  expect(itemsPerRow(27, 12)).toBe(9);
  expect(itemsPerRow(5, 12)).toBe(5);
  expect(itemsPerRow(0, 12)).toBe(1);
});

test('balancing never takes a row more than needed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 60 }), (count, most) => {
      const perRow = itemsPerRow(count, most);
      expect(perRow).toBeLessThanOrEqual(most);
      expect(Math.ceil(count / perRow)).toBe(Math.ceil(count / most));
    }),
  );
});
