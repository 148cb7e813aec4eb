import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BlockScore } from './score.js';
import { ascendingRanks, ensemble } from './score-ensemble.js';

const scored = (...importances: readonly number[]): BlockScore[] =>
  importances.map((importance, index) => ({ index, importance }));

test('an ensemble is the sum of the ranks in every list, 0 for the least important', () => {
  expect(ensemble([scored(0.1, 0.3, 0.2), scored(500, 400, -3)])).toEqual(scored(0 + 2, 2 + 1, 1 + 0));
});

test('blocks of equal score share the mean of their ranks', () => {
  expect(ensemble([scored(7, 1, 7, 9, 7)])).toEqual(scored(2, 0, 2, 4, 2));
});

test('a block that a list does not score has no importance, and the others are ranked among themselves', () => {
  const lists: BlockScore[][] = [
    scored(5, 1, 2, 3),
    [
      { index: 3, importance: 1 },
      { index: 1, importance: 2 },
      { index: 0, importance: null, reason: 'the block has no batch normalisation of its own' },
    ],
  ];
  expect(ensemble(lists)).toEqual([
    { index: 0, importance: null, reason: 'the block has no batch normalisation of its own' },
    { index: 1, importance: 0 + 1 },
    { index: 2, importance: null, reason: 'list 2 of 2 does not score the block' },
    { index: 3, importance: 1 + 0 },
  ]);
});

test('lists that have no block in common are refused', () => {
  const lists: BlockScore[][] = [[{ index: 0, importance: 1 }], [{ index: 1, importance: 1 }]];
  expect(() => ensemble(lists)).toThrow(expect.objectContaining({ code: 'criterion-not-applicable' }));
  expect(() => ensemble([])).toThrow(expect.objectContaining({ code: 'criterion-not-applicable' }));
});

test('a score that is not a finite number is refused', () => {
  expect(() => ensemble([scored(1, Number.NaN)])).toThrow(expect.objectContaining({ code: 'importance-invalid' }));
});

test('the rank of a value is the number of smaller ones and half the number of other equal ones', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 30 }), (values) => {
      const expected = values.map((value) => {
        const smaller = values.filter((other) => other < value).length;
        const equal = values.filter((other) => other === value).length;
        return smaller + (equal - 1) / 2;
      });
      expect(ascendingRanks(values)).toEqual(expected);
    }),
    { seed: 1 },
  );
});

test('an ensemble does not change when a list is stretched or its order turned around', () => {
  const lists = fc.integer({ min: 1, max: 12 }).chain((length) =>
    fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: length, maxLength: length }), {
      minLength: 1,
      maxLength: 4,
    }),
  );
  fc.assert(
    fc.property(lists, (values) => {
      const plain = ensemble(values.map((list) => scored(...list)));
      const other = ensemble(values.map((list) => scored(...list.map((value) => Math.exp(value))).toReversed()));
      expect(other).toEqual(plain);
    }),
    { seed: 1 },
  );
});
