import { expect, test } from '@jest/globals';
import { seededRandom } from '../statistics/random.js';
import { randomData } from './data.js';

const fill = (elementType: string, shape: readonly number[], seed = 1) =>
  randomData({ name: 'x', elementType, shape }, seededRandom(seed));

test('floats are uniform in [-1, 1) and follow the seed', () => {
  const data = [...fill('float32', [2, 500])].map(Number);
  expect(data).toHaveLength(1000);
  expect(data.every((value) => value >= -1 && value < 1)).toBe(true);
  expect(Math.abs(data.reduce((sum, value) => sum + value, 0) / 1000)).toBeLessThan(0.1);
  expect([...fill('float32', [2, 500])]).toEqual([...fill('float32', [2, 500])]);
  expect([...fill('float32', [4], 2)]).not.toEqual([...fill('float32', [4], 3)]);
});

test('half floats are the same numbers with fewer bits', () => {
  const singles = [...fill('float32', [200])].map(Number);
  const halves = [...fill('float16', [200])].map((bits) => {
    const exponent = (Number(bits) >> 10) & 0x1f;
    const magnitude = exponent === 0 ? 0 : 2 ** (exponent - 15) * (1 + (Number(bits) & 0x3ff) / 1024);
    return (Number(bits) & 0x8000) === 0 ? magnitude : -magnitude;
  });
  for (const [index, half] of halves.entries()) expect(Math.abs(half - (singles[index] ?? 0))).toBeLessThan(0.001);
});

test.each(['int8', 'uint8', 'bool', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'])(
  '%s data is 0 and 1, and 1 for a scalar',
  (elementType) => {
    expect(new Set([...fill(elementType, [100])].map(Number))).toEqual(new Set([0, 1]));
    expect([...fill(elementType, [])].map(Number)).toEqual([1]);
  },
);

test('an element type that cannot be fed is refused with the name of the input', () => {
  expect(() => fill('string', [2])).toThrow(/input x holds string/);
});
