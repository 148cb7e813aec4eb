import { expect, test } from '@jest/globals';
import { stepTo } from './roving.js';

test('arrows lead to the neighbours, Home and End to the ends', () => {
  expect(stepTo('ArrowRight', 1, 4)).toBe(2);
  expect(stepTo('ArrowLeft', 1, 4)).toBe(0);
  expect(stepTo('Home', 2, 4)).toBe(0);
  expect(stepTo('End', 1, 4)).toBe(3);
});

test('at an end there is nowhere to go, and other keys mean nothing', () => {
  expect(stepTo('ArrowRight', 3, 4)).toBeNull();
  expect(stepTo('ArrowLeft', 0, 4)).toBeNull();
  expect(stepTo('Home', 0, 4)).toBeNull();
  expect(stepTo('Enter', 1, 4)).toBeNull();
  expect(stepTo('End', -1, 0)).toBeNull();
});
