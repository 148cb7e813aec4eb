import type { ComparedPair } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { standing } from './standing.js';

const pairs: readonly ComparedPair[] = [
  { a: 0, b: 1, ratio: 0.8, ci: [0.79, 0.81], simultaneousCi: [0.75, 0.85], different: true },
];

test('a pair is told either way round, with the interval that holds together with the others', () => {
  expect(standing(pairs, 0, 1)).toEqual({ ratio: 0.8, ci: [0.75, 0.85], different: true });
  expect(standing(pairs, 1, 0)).toEqual({ ratio: 1.25, ci: [1 / 0.85, 1 / 0.75], different: true });
  expect(standing(pairs, 0, 2)).toBeUndefined();
});
