import { expect, test } from '@jest/globals';
import { embeddingShape, embeddings } from './embedding.js';
import { kernelOf, unbiasedHsic } from './hsic.js';
import { Prototypes } from './prototypes.js';
import { prototypeCount } from './imprinting.js';

test.each([
  [[1, 512, 7, 7], 1],
  [[1, 8, 28, 28], 8],
  [[1, 8, 7, 5], 5],
  // √(512 / 2048) is 0.5, which some languages round to 0: an embedding of nothing.
  [[1, 2048, 7, 7], 1],
  [[1, 8192, 7, 7], 1],
])('a map of %j is pooled to a side of %i', (dims, side) => {
  expect(embeddingShape(dims, 512)?.to).toEqual([side, side]);
});

test('tokens are pooled in one direction, vectors not at all, and other shapes have no embedding', () => {
  expect(embeddingShape([1, 197, 192], 512)).toMatchObject({ channels: 192, from: [197, 1], to: [3, 1] });
  expect(embeddingShape([1, 64], 512)).toMatchObject({ channels: 64, to: [1, 1] });
  expect(embeddingShape([1, 2, 3, 4, 5], 512)).toBeUndefined();
});

test('the pool is adaptive: windows overlap where the sizes do not divide', () => {
  const shape = { channelsLast: false, channels: 1, from: [3, 3], to: [2, 2] } as const;
  const data = Float32Array.from({ length: 9 }, (_, index) => index);
  expect(embeddings({ dims: [1, 1, 3, 3], data }, shape)).toEqual([Float64Array.of(2, 3, 5, 6)]);
});

test('tokens keep their channels apart', () => {
  const shape = { channelsLast: true, channels: 2, from: [2, 1], to: [1, 1] } as const;
  expect(embeddings({ dims: [1, 2, 2], data: Float32Array.of(1, 10, 3, 30) }, shape)).toEqual([Float64Array.of(2, 20)]);
});

test('the nearest prototype is the one of the largest inner product, whatever the length of its mean', () => {
  const prototypes = new Prototypes();
  prototypes.add(0, Float64Array.of(100, 0));
  prototypes.add(1, Float64Array.of(0, 1));
  prototypes.add(1, Float64Array.of(0, 3));
  prototypes.finish();
  expect(prototypes.nearest(Float64Array.of(2, 3))).toBe(1);
  expect(prototypes.nearest(Float64Array.of(1, 1))).toBe(0);
});

test('both parts of the split hold a sample, whatever the share', () => {
  expect([prototypeCount(10, 0.5), prototypeCount(10, 0.001), prototypeCount(10, 0.999)]).toEqual([5, 1, 9]);
});

test('the unbiased estimator of dependence is 0 on average for what is independent', () => {
  // All orders of four values against four others: the mean over permutations is that under independence.
  const vectors = [1, 2, 4, 9].map((value) => Float64Array.of(value));
  const orders = [0, 1, 2, 3].flatMap((a) =>
    [0, 1, 2, 3].flatMap((b) =>
      [0, 1, 2, 3].flatMap((c) => {
        const d = 6 - a - b - c;
        return new Set([a, b, c, d]).size === 4 && d >= 0 && d <= 3 ? [[a, b, c, d]] : [];
      }),
    ),
  );
  const own = kernelOf(vectors);
  const values = orders.map((order) =>
    unbiasedHsic(own, kernelOf(order.map((index) => vectors[index] ?? Float64Array.of(0))), 4),
  );
  expect(orders).toHaveLength(24);
  expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 6);
  expect(unbiasedHsic(own, own, 4)).toBeGreaterThan(0);
});

test('what all features have in common does not matter, however large it is', () => {
  const vectors = [1, 2, 4, 9, 3].map((value, index) => Float64Array.of(value, index));
  const far = vectors.map((vector) => vector.map((value) => value + 1e6));
  const [near, away] = [kernelOf(vectors), kernelOf(far)];
  expect(unbiasedHsic(away, away, 5) / unbiasedHsic(near, near, 5)).toBeCloseTo(1, 6);
});
