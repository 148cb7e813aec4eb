import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomBelow, seededRandom, shuffled } from './random.js';

function draw(seed: number): number[] {
  return Array.from({ length: 5 }, seededRandom(seed));
}

test('the same seed gives the same numbers, another seed others', () => {
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  expect(draw(7)).not.toEqual(draw(7 + 2 ** 32));
});

test('the numbers are uniform in [0, 1)', () => {
  const random = seededRandom(1);
  const counts = Array.from({ length: 10 }, () => 0);
  for (let turn = 0; turn < 10_000; turn++) {
    const bin = randomBelow(random, 10);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  // 99.9 % quantile of χ² with 9 degrees of freedom
  expect(chiSquare).toBeLessThan(27.88);
});

function ascending(numbers: readonly number[]): number[] {
  return numbers.toSorted((a, b) => a - b);
}

test('shuffling keeps the items and, over many times, puts each in each place', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
      expect(ascending(shuffled(items, seededRandom(seed)))).toEqual(ascending(items));
    }),
  );
  const random = seededRandom(3);
  const firsts = Array.from({ length: 1000 }, () => shuffled(['subject', 'control'], random)[0]);
  expect(Math.abs(firsts.filter((name) => name === 'subject').length - 500)).toBeLessThan(60);
});
