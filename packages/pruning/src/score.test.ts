import { GraphBuilder, type OnnxModel } from '@espalier/onnx';
import { buildZooModel } from '@espalier/zoo';
import { expect, test } from '@jest/globals';
import type { Block } from './block.js';
import { weightCriteria } from './criteria-of-blocks.js';
import { findBlocks } from './find.js';
import { normaliseImportance } from './normalise.js';
import { scoreBlocks } from './score.js';
import { traceModel } from './testing/run-model.js';

const IMAGE = { input: [1, 3, 32, 32] };

async function scoredModel(model: OnnxModel): Promise<{ model: OnnxModel; blocks: readonly Block[] }> {
  return { model, blocks: findBlocks(model, await traceModel(model, IMAGE), 'block') };
}

/** Mean over the filters of some weights of the sum of `term` over each filter, the plain way. */
function meanOverFilters({ graph }: OnnxModel, weights: readonly string[], term: (w: number) => number): number {
  const filters = weights.flatMap((name) => {
    const tensor = graph.initializer(name);
    const [count = 0] = tensor?.dims ?? [];
    const values = [...(tensor?.toFloat64() ?? [])];
    const size = values.length / count;
    return Array.from({ length: count }, (_, filter) =>
      values.slice(filter * size, (filter + 1) * size).reduce((sum, value) => sum + term(value), 0),
    );
  });
  return filters.reduce((sum, score) => sum + score, 0) / filters.length;
}

const square = (w: number): number => w * w;

test.each([
  ['l1', Math.abs],
  ['l2', square],
] as const)('%s is the mean over all filters of a block of what their weights add up to', async (criterion, term) => {
  const { model, blocks } = await scoredModel(buildZooModel('resnet20'));
  const scores = scoreBlocks(model, blocks, criterion);
  expect(scores.map(({ index }) => index)).toEqual(blocks.map(({ index }) => index));
  for (const { index, name } of blocks) {
    const expected = meanOverFilters(model, [`${name}.conv1.weight`, `${name}.conv2.weight`], term);
    expect(scores[index]?.importance).toBeCloseTo(expected, 4);
  }
});

test('the reduction of the paper takes the first convolution of a basic block', async () => {
  const { model, blocks } = await scoredModel(buildZooModel('resnet20'));
  const scores = scoreBlocks(model, blocks, 'l2', { reduction: 'paper' });
  for (const { index, name } of blocks) {
    expect(scores[index]?.importance).toBeCloseTo(meanOverFilters(model, [`${name}.conv1.weight`], square), 4);
  }
});

test('the reduction of the paper takes the mean of the first two layers of a bottleneck, not of its shortcut', async () => {
  const { model, blocks } = await scoredModel(buildZooModel('resnet50', { imageSizePx: 32 }));
  const scores = scoreBlocks(model, blocks, 'l2', { reduction: 'paper' });
  for (const { index, name } of blocks.slice(0, 4)) {
    const layers = ['conv1', 'conv2'].map((layer) => meanOverFilters(model, [`${name}.${layer}.weight`], square));
    expect(scores[index]?.importance).toBeCloseTo(layers.reduce((sum, layer) => sum + layer, 0) / 2, 3);
  }
});

test.each(['l1', 'l2'] as const)('%s-normalised is divided by the fan-in', async (criterion) => {
  const { model, blocks } = await scoredModel(buildZooModel('resnet20'));
  const [plain, normalised] = [
    scoreBlocks(model, blocks, criterion),
    scoreBlocks(model, blocks, `${criterion}-normalised`),
  ];
  // All filters of the first block see 16 channels of 3 × 3.
  expect((plain[0]?.importance ?? 0) / (normalised[0]?.importance ?? 1)).toBeCloseTo(16 * 9, 6);
});

test('bn-scale is the mean of |γ|, of all norms or of the one behind the first convolution', async () => {
  const { model, blocks } = await scoredModel(buildZooModel('resnet20'));
  const [all, paper] = [
    scoreBlocks(model, blocks, 'bn-scale'),
    scoreBlocks(model, blocks, 'bn-scale', { reduction: 'paper' }),
  ];
  for (const { index, name } of blocks) {
    const gammas = [`${name}.bn1.weight`, `${name}.bn2.weight`];
    expect(all[index]?.importance).toBeCloseTo(meanOverFilters(model, gammas, Math.abs), 6);
    expect(paper[index]?.importance).toBeCloseTo(meanOverFilters(model, gammas.slice(0, 1), Math.abs), 6);
  }
});

test('bn-scale refuses a model whose norms are folded, and says what to do', async () => {
  const { model, blocks } = await scoredModel(buildZooModel('resnet20', { batchNorm: 'folded' }));
  expect(() => scoreBlocks(model, blocks, 'bn-scale')).toThrow(
    expect.objectContaining({ code: 'criterion-not-applicable', hint: expect.stringContaining('folded') }),
  );
});

test('a block to which a criterion does not apply has no importance, and a reason', async () => {
  const g = new GraphBuilder('mixed', { seed: 1 });
  const x = g.input('input', 'float32', [1, 4, 8, 8]);
  const first = g.add('b0.add', x, g.batchNorm('b0.bn', g.conv('b0.conv', x, { out: 4 })));
  const second = g.add('b1.add', first, g.conv('b1.conv', first, { out: 4 }));
  const model = g.output(second, { as: 'y' }).build();
  const blocks = findBlocks(model, await traceModel(model), 'block');
  const scores = scoreBlocks(model, blocks, 'bn-scale');
  expect(scores).toEqual([
    { index: 0, importance: expect.any(Number) },
    { index: 1, importance: null, reason: 'the block has no batch normalisation of its own' },
  ]);
});

test('random scores follow from the seed', async () => {
  const { model, blocks } = await scoredModel(buildZooModel('resnet20'));
  const scores = scoreBlocks(model, blocks, 'random', { seed: 7 });
  expect(scoreBlocks(model, blocks, 'random', { seed: 7 })).toEqual(scores);
  expect(scoreBlocks(model, blocks, 'random', { seed: 8 })).not.toEqual(scores);
  expect(new Set(scores.map(({ importance }) => importance)).size).toBe(blocks.length);
});

test.each(weightCriteria.map(({ name }) => name))('%s of the zoo can be normalised', async (criterion) => {
  const { model, blocks } = await scoredModel(buildZooModel('resnet20'));
  const importances = normaliseImportance(scoreBlocks(model, blocks, criterion));
  expect(importances.reduce((sum, { importance }) => sum + importance, 0)).toBeCloseTo(1, 12);
});
