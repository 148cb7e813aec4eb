import { expect, test } from '@jest/globals';
import { formatSha, formatShape, formatTensor } from './shape.js';

test('a shape is written with its symbols, and a question mark where the file says nothing', () => {
  expect(formatShape(['batch', 3, null, 224])).toBe('batch×3×?×224');
  expect(formatShape([])).toBe('scalar');
});

test('a tensor without a declared shape says so', () => {
  expect(formatTensor({ elementType: 'float32', dims: null })).toBe('float32, any shape');
  expect(formatTensor({ elementType: 'float32', dims: [1, 10] })).toBe('float32 1×10');
});

test('a hash is cut to what an eye can compare', () => {
  expect(formatSha('0123456789abcdef'.repeat(4))).toBe('0123456789');
});
