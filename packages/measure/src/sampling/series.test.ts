import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Series } from './series.js';

test('a series holds what was pushed, in order, however much it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5000 }), (length) => {
      const series = new Series();
      for (let value = 0; value < length; value++) series.push(value / 2);
      expect(series.length).toBe(length);
      expect([...series.values()]).toEqual(Array.from({ length }, (_, value) => value / 2));
    }),
    { numRuns: 20 },
  );
});
