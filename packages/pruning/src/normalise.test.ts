import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { normaliseImportance } from './normalise.js';

const scoreLists = fc
  .array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 20 })
  .map((values) => values.map((importance, index) => ({ index: index * 2, importance })));

test('importances keep their indices and their order, are not negative, and sum to 1', () => {
  fc.assert(
    fc.property(scoreLists, (scores) => {
      const normal = normaliseImportance(scores);
      expect(normal.map(({ index }) => index)).toEqual(scores.map(({ index }) => index));
      expect(normal.reduce((sum, { importance }) => sum + importance, 0)).toBeCloseTo(1, 9);
      for (const [position, { importance }] of normal.entries()) {
        expect(importance).toBeGreaterThanOrEqual(0);
        const isHigher = scores.every((other, index) => {
          const own = scores[position]?.importance ?? 0;
          return other.importance > own || importance >= (normal[index]?.importance ?? 0);
        });
        expect(isHigher).toBe(true);
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('the ratio of scores that are not negative is kept', () => {
  expect(normaliseImportance([3, 1, 0].map((importance, index) => ({ index, importance })))).toEqual([
    { index: 0, importance: 0.75 },
    { index: 1, importance: 0.25 },
    { index: 2, importance: 0 },
  ]);
});

test('equal shares where every score is 0', () => {
  expect(normaliseImportance([0, 0].map((importance, index) => ({ index, importance })))).toEqual([
    { index: 0, importance: 0.5 },
    { index: 1, importance: 0.5 },
  ]);
});

test('no scores give no importances', () => {
  expect(normaliseImportance([])).toEqual([]);
});

test('a block without a score is named', () => {
  expect(() => normaliseImportance([{ index: 4, importance: null }])).toThrow(
    expect.objectContaining({ code: 'criterion-not-applicable', message: 'block 4 has no score' }),
  );
});

test('a score that is no finite number is refused', () => {
  expect(() => normaliseImportance([{ index: 4, importance: Number.NaN }])).toThrow(
    expect.objectContaining({ code: 'importance-invalid' }),
  );
});
