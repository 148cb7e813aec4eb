import { expect, test } from '@jest/globals';
import { indexList, inputShape, numberBetween, wholeNumber } from './options.js';

test('block indices are read singly and as ranges, each once, in order', () => {
  expect(indexList('9,3-5, 4')).toEqual([3, 4, 5, 9]);
  expect(indexList('')).toEqual([]);
});

test.each(['a', '5-3', '-1', '1.5', '3;4'])('%j is no list of block indices', (text) => {
  expect(() => indexList(text)).toThrow(/such as 3,5/);
});

test('input shapes are collected by name, and a name may hold an equals sign', () => {
  expect(inputShape('b=2', inputShape('a=1x3x8'))).toEqual({ a: [1, 3, 8], b: [2] });
  expect(inputShape('x=y=4')).toEqual({ 'x=y': [4] });
});

test.each(['1x3', '=1x3', 'a=', 'a=1x-3', 'a=1xb'])('%j is no input shape', (text) => {
  expect(() => inputShape(text)).toThrow(/such as image=1x3x224x224/);
});

test('numbers outside their range are refused with the range', () => {
  expect(wholeNumber(1)('8')).toBe(8);
  for (const bad of ['0', '1.5', '', 'x']) expect(() => wholeNumber(1)(bad)).toThrow(/at least 1/);
  expect(numberBetween(0.1, 2)('0.5')).toBe(0.5);
  for (const bad of ['0', '3', '', 'x']) expect(() => numberBetween(0.1, 2)(bad)).toThrow(/from 0\.1 to 2/);
});
