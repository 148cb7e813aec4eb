import { expect, test } from '@jest/globals';
import { constantData, GraphBuilder, type OnnxModel } from '@espalier/onnx';
import { arrayOf, importances, scoreHere } from '../testing/in-process.js';

/** x + W x for a vector of two, then a head whose logits are the vector itself; all weights are as given. */
function linearModel(weights: readonly number[], elementType: 'float32' | 'float16' = 'float32'): OnnxModel {
  const g = new GraphBuilder('linear');
  const as = elementType === 'float16' ? { as: 'float16' as const } : {};
  const matrix = (name: string, values: readonly number[]): string =>
    g.initializer(name, constantData([2, 2], Float32Array.from(values), as));
  const x = g.input('x', elementType, ['batch', 2]);
  const stem = g.node('MatMul', [x, matrix('stem.weight', [1, 0, 0, 1])], {}, { name: 'stem', channels: 2 });
  const branch = g.node('MatMul', [stem, matrix('block.weight', weights)], {}, { name: 'block', channels: 2 });
  const joined = g.add('join', stem, branch);
  const head = g.node('MatMul', [joined, matrix('head.weight', [1, 0, 0, 1])], {}, { name: 'head' });
  return g.output(head, { as: 'y', elementType }).build();
}

const x = Float32Array.of(1, 0, 0, 2, 3, -4, -1, 1);
const arrays = [arrayOf('x', 'float32', [4, 2], x), arrayOf('labels', 'int32', [4], Int32Array.of(0, 1, 0, 1))];
const swap = [0, 1, 1, 0];

/** The index of the residual block, whatever other blocks there are. */
const BLOCK = 0;

const scoresOf = async (model: OnnxModel, spec: Parameters<typeof scoreHere>[0]['spec']) =>
  importances(await scoreHere({ model, arrays, spec }))[BLOCK];

const crossEntropy = (logits: readonly (readonly [number, number])[], labels: readonly number[]): number =>
  logits.reduce((sum, [a, b], index) => sum + Math.log(Math.exp(a) + Math.exp(b)) - (labels[index] === 0 ? a : b), 0) /
  logits.length;

test.each(['float32', 'float16'] as const)(
  'activation is the mean of |a| at the output of a block: %s',
  async (type) => {
    // Outputs: (1, 1), (2, 2), (−1, −1), (0, 0).
    expect(await scoresOf(linearModel(swap, type), { criterion: 'activation' })).toBeCloseTo(1, 6);
  },
);

test('block influence is 1 less the mean cosine of what goes in and what comes out', async () => {
  // Cosines: 1/√2, 1/√2, 1/(5√2) as (3, −4)·(−1, −1) = 1, and 0 between (−1, 1) and (0, 0).
  const mean = (2 / Math.SQRT2 + 1 / (5 * Math.SQRT2) + 0) / 4;
  expect(await scoresOf(linearModel(swap), { criterion: 'block-influence' })).toBeCloseTo(1 - mean, 6);
});

test('ablation is the rise of the cross-entropy when the block goes', async () => {
  const labels = [0, 1, 0, 1];
  const whole = crossEntropy(
    [
      [1, 1],
      [2, 2],
      [-1, -1],
      [0, 0],
    ],
    labels,
  );
  const without = crossEntropy(
    [
      [1, 0],
      [0, 2],
      [3, -4],
      [-1, 1],
    ],
    labels,
  );
  const result = await scoreHere({ model: linearModel(swap), arrays, spec: { criterion: 'ablation' } });
  expect(result.loss).toBeCloseTo(whole, 6);
  expect(result.accuracy).toBe(0.5);
  expect(importances(result)[BLOCK]).toBeCloseTo(without - whole, 6);
});

test('cka does not see a block that only scales and turns its features', async () => {
  // x + W x with W = [0 1; −1 0] is √2 times a turn by 45°.
  expect(await scoresOf(linearModel([0, 1, -1, 0]), { criterion: 'cka' })).toBeCloseTo(0, 6);
  expect(Number(await scoresOf(linearModel(swap), { criterion: 'cka' }))).toBeGreaterThan(0.01);
});

test('a float16 model gives the scores of a float32 one, to its precision', async () => {
  for (const criterion of ['ablation', 'gate-taylor', 'weight-taylor', 'imprinting', 'cka'] as const) {
    const spec = { criterion, probes: 2, batch: 4 };
    const [half, full] = [await scoresOf(linearModel(swap, 'float16'), spec), await scoresOf(linearModel(swap), spec)];
    expect(half).toBeCloseTo(Number(full), 2);
  }
});

test('labels that are needed and not there are an error that says so', async () => {
  const unlabelled = scoreHere({
    model: linearModel(swap),
    arrays: arrays.slice(0, 1),
    spec: { criterion: 'ablation' },
  });
  await expect(unlabelled).rejects.toMatchObject({ code: 'labels-missing', hint: expect.stringContaining('labels') });
  const { scores } = await scoreHere({
    model: linearModel(swap),
    arrays: arrays.slice(0, 1),
    spec: { criterion: 'activation' },
  });
  expect(scores[BLOCK]?.importance).toBeCloseTo(1, 6);
});

test('a label beyond the classes of the model does not fit it', async () => {
  const labels = arrayOf('labels', 'uint8', [4], Uint8Array.of(0, 1, 2, 1));
  const scored = scoreHere({ model: linearModel(swap), arrays: [...arrays.slice(0, 1), labels], spec: {} });
  await expect(scored).rejects.toMatchObject({ code: 'dataset-unfit' });
});

test('a block that cannot go gets no importance by ablation, with the reason', async () => {
  const g = new GraphBuilder('stem and block');
  const input = g.input('x', 'float32', ['batch', 2]);
  const wide = g.relu('relu', g.gemm('wide', input, { in: 2, out: 3 }));
  const block = g.add('join', wide, g.relu('inner', g.gemm('block', wide, { out: 3 })));
  const other = g.add('other', g.gemm('left', block, { out: 5 }), g.gemm('right', block, { out: 5 }));
  const model = g.output(g.gemm('head', other, { out: 2, in: 5 }), { as: 'y' }).build();
  const { scores } = await scoreHere({ model, arrays, spec: { criterion: 'ablation' } });
  expect(scores.filter(({ importance }) => importance !== null)).not.toEqual([]);
  expect(scores.find(({ importance }) => importance === null)?.reason).toContain('cannot be removed');
});

test('a model without an output of shape samples × classes has no loss', async () => {
  const g = new GraphBuilder('image to image');
  const input = g.input('x', 'float32', ['batch', 2, 4, 4]);
  const stem = g.conv('stem', input, { out: 2 });
  const model = g.output(g.conv('head', g.add('join', stem, g.conv('block', stem, { out: 2 })), { out: 2 })).build();
  const images = arrayOf('x', 'float32', [4, 2, 4, 4], new Float32Array(128).fill(1));
  const scored = scoreHere({ model, arrays: [images, ...arrays.slice(1)], spec: { criterion: 'gate-taylor' } });
  await expect(scored).rejects.toMatchObject({ code: 'logits-missing' });
});
