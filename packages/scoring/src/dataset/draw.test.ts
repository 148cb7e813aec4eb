import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { drawSamples } from './draw.js';

test('draws each sample at most once, and all when enough are wanted', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 250 }), fc.nat(), (count, wanted, seed) => {
      const drawn = drawSamples(count, wanted, seed);
      expect(drawn).toHaveLength(Math.min(count, wanted));
      expect(new Set(drawn).size).toBe(drawn.length);
      expect(drawn.every((sample) => Number.isInteger(sample) && sample >= 0 && sample < count)).toBe(true);
    }),
  );
});

test('the first samples are the same however many are wanted, and others by another seed', () => {
  expect(drawSamples(1000, 10, 3)).toEqual(drawSamples(1000, 100, 3).slice(0, 10));
  expect(drawSamples(1000, 10, 3)).not.toEqual(drawSamples(1000, 10, 4));
});

test('every order of three samples comes about equally often', () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++) {
    const order = drawSamples(3, 3, seed).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  // 1,000 each; 5 standard deviations are 144.
  expect([...counts.values()].every((count) => Math.abs(count - 1000) < 144)).toBe(true);
  expect(counts.size).toBe(6);
});
