import { expect, test } from '@jest/globals';
import { readCount } from './count-text.js';

test('a whole number within its bounds is read', () => {
  expect(readCount(' 8 ', 1, 8)).toEqual({ count: 8, error: null });
  expect(readCount('0', 0, 8)).toEqual({ count: 0, error: null });
});

test.each(['', 'many', '-1', '1.5', '9', '1e3'])("'%s' is refused with what is wanted", (text) => {
  expect(readCount(text, 1, 8)).toEqual({ count: null, error: 'A whole number from 1 to 8' });
});
