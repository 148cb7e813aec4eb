import { expect, test } from '@jest/globals';
import { constantData, GraphBuilder, type OnnxModel, seededValues } from '@espalier/onnx';
import { arrayOf, importances, inScene, scoreHere } from '../testing/in-process.js';
import type { BlockSites } from './factors.js';
import { gateSites } from './gate-sites.js';
import { estimateOf } from './probe-estimate.js';
import type { Signs } from './signs.js';
import { squaresOf, taylor } from './taylor.js';
import { weightSites } from './weight-sites.js';

const SAMPLES = 6;
const WIDTH = 4;

/** A linear block with a bias of its own, and a smooth activation; three classes. */
function smoothModel(): OnnxModel {
  const g = new GraphBuilder('smooth', { seed: 11 });
  const x = g.input('x', 'float32', ['batch', WIDTH]);
  const weight = g.uniform('block.weight', [WIDTH, WIDTH], [-0.5, 0.5]);
  const product = g.node('MatMul', [x, weight], {}, { name: 'block', channels: WIDTH });
  const biased = g.add('block.bias', product, g.uniform('block.offsets', [WIDTH], [-0.5, 0.5]));
  const hidden = g.node('Tanh', [biased], {}, { name: 'tanh', channels: WIDTH });
  return g.output(g.gemm('head', g.add('join', x, hidden), { out: 3 }), { as: 'y' }).build();
}

const arrays = [
  arrayOf('x', 'float32', [SAMPLES, WIDTH], seededValues('x', SAMPLES * WIDTH, -1, 1)),
  arrayOf('labels', 'int64', [SAMPLES], BigInt64Array.of(0n, 1n, 2n, 0n, 1n, 2n)),
];

/** Probe number p has the signs of the bits of p: all 2^n vectors of signs, each once. */
const everySign: Signs = ({ probe }, length) =>
  Int8Array.from({ length }, (_, index) => ((probe >> index) & 1 ? 1 : -1));

/** Probe number p moves factor p and no other. */
const oneByOne: Signs = ({ probe }, length) => Int8Array.from({ length }, (_, index) => (index === probe ? 1 : 0));

/** Only some of the weights of a layer: sixteen would be 65,536 vectors of signs. */
async function compare(
  sitesOf: (scene: Parameters<typeof gateSites>[0]) => readonly BlockSites[],
  factors: number,
  hidden: (signs: Int8Array) => Int8Array = (signs) => signs,
): Promise<readonly [averaged: number, summed: number]> {
  const probes = 2 ** factors;
  const wanted = { model: smoothModel(), arrays, spec: { probes, batch: SAMPLES } };
  return inScene(wanted, async (scene) => {
    const first = sitesOf(scene).slice(0, 1);
    const { scores } = await taylor(scene, first, (direction, length) => hidden(everySign(direction, length)));
    const single = await squaresOf({ ...scene, spec: { ...scene.spec, probes: factors } }, first, oneByOne);
    const squares = single[0]?.[0] ?? [];
    return [Number(scores[0]?.importance), squares.reduce((sum, square) => sum + square, 0)] as const;
  });
}

test('averaged over all vectors of signs, gate-taylor is the sum of squares of the gates, one by one', async () => {
  const [averaged, summed] = await compare(gateSites, WIDTH);
  expect(summed).toBeGreaterThan(0);
  expect(averaged / summed).toBeCloseTo(1, 3);
});

test('averaged over all vectors of signs, weight-taylor is the sum of squares of the weights, one by one', async () => {
  // The first eight weights alone: the signs of the others are 0.
  const [averaged, summed] = await compare(weightSites, 8, (signs) =>
    signs.map((sign, index) => (index < 8 ? sign : 0)),
  );
  expect(summed).toBeGreaterThan(0);
  expect(averaged / summed).toBeCloseTo(1, 3);
});

test('a gate stands behind the bias that is an addition of its own, and before the activation', async () => {
  await inScene({ model: smoothModel(), arrays, spec: {} }, async (scene) => {
    expect(gateSites(scene)[0]?.sites).toMatchObject([{ tensor: 'block.bias_out', dims: [1, WIDTH], filters: WIDTH }]);
  });
});

test('squares are of one mini-batch each, so that smaller ones give larger scores', async () => {
  const spec = { criterion: 'gate-taylor', probes: 64 } as const;
  const large = await scoreHere({ model: smoothModel(), arrays, spec: { ...spec, batch: SAMPLES } });
  const small = await scoreHere({ model: smoothModel(), arrays, spec: { ...spec, batch: 1 } });
  expect(Number(importances(small)[0])).toBeGreaterThan(Number(importances(large)[0]));
});

test('a last mini-batch that is smaller is left out, unless it is the only one', async () => {
  const spec = { criterion: 'gate-taylor', probes: 1 } as const;
  const [two, one] = [
    await scoreHere({ model: smoothModel(), arrays, spec: { ...spec, batch: 4 } }),
    await scoreHere({ model: smoothModel(), arrays, spec: { ...spec, batch: 100 } }),
  ];
  expect([two.passes, one.passes]).toEqual([3, 3]);
});

test('what is rounded has no gradient: a quantised model is refused', async () => {
  const g = new GraphBuilder('quantised', { seed: 1 });
  const x = g.input('x', 'float32', ['batch', WIDTH]);
  const scale = g.initializer('scale', constantData([], Float32Array.of(0.1)));
  const zero = g.initializer('zero', constantData([], Int8Array.of(0)));
  const small = g.node('QuantizeLinear', [x, scale, zero], {}, { name: 'quantise' });
  const back = g.node('DequantizeLinear', [small, scale, zero], {}, { name: 'dequantise', channels: WIDTH });
  const block = g.add('join', back, g.relu('relu', g.gemm('block', back, { out: WIDTH })));
  const model = g.output(g.gemm('head', block, { out: 3 }), { as: 'y' }).build();
  await expect(scoreHere({ model, arrays, spec: { criterion: 'gate-taylor' } })).rejects.toMatchObject({
    code: 'criterion-not-applicable',
    message: expect.stringContaining('quantise'),
  });
});

test('the standard error is that of the probes, mini-batch by mini-batch', () => {
  // Variances 2 and 8 of two probes each: √((2 + 8) / (2 · 2²)).
  expect(
    estimateOf([
      [1, 3],
      [4, 8],
    ]),
  ).toEqual({ mean: 4, standardError: Math.sqrt(10 / 8) });
  expect(estimateOf([[1], [3]])).toEqual({ mean: 2, standardError: 1 });
  expect(estimateOf([[5]])).toEqual({ mean: 5 });
});
