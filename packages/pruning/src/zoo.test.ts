import { buildZooModel, zooModels } from '@espalier/zoo';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findBlocks, summarise } from './find.js';
import { removeBlocks } from './remove.js';
import { runModel, traceModel, valuesOf } from './testing/run-model.js';

test.each([
  ['resnet50', 16, 12],
  ['resnet56', 27, 25],
])('%s has %i blocks, of which %i can go', async (name, blocks, removable) => {
  const model = buildZooModel(name, { imageSizePx: 32 });
  const found = findBlocks(model, await traceModel(model, { input: [1, 3, 32, 32] }), 'block');
  expect(found).toHaveLength(blocks);
  expect(found.filter((block) => block.removable)).toHaveLength(removable);
});

test.each(zooModels.flatMap((entry) => (['kept', 'folded'] as const).map((batchNorm) => ({ ...entry, batchNorm }))))(
  'in $name with norms $batchNorm the blocks of the architecture are found, under their names',
  async ({ name, batchNorm, blocks, removableBlocks }) => {
    const model = buildZooModel(name, { batchNorm, imageSizePx: 32 });
    const found = findBlocks(model, await traceModel(model, { input: [1, 3, 32, 32] }), 'block');
    expect(found).toHaveLength(blocks);
    expect(found.filter(({ removable }) => removable).map(({ index }) => index)).toEqual(removableBlocks);
    for (const block of found) expect(block.name).toMatch(/^layer\d\.\d+$/);
  },
);

/** The largest ones run for seconds, and are made of the same layers. */
const quickModels = zooModels.filter(({ name }) => ['resnet18', 'resnet50', 'resnet20', 'resnet56'].includes(name));

test.each(quickModels)('$name has the published parameters and multiply-accumulates', async (entry) => {
  const model = buildZooModel(entry.name);
  const summary = summarise(model, await traceModel(model, { input: entry.inputShape }));
  expect(summary).toEqual({ parameters: entry.publishedParameters, macs: entry.publishedMacs });
});

test('any removable blocks of resnet50 removed give what the network built without them gives', async () => {
  const image = { input: [1, 3, 32, 32] };
  const model = buildZooModel('resnet50', { imageSizePx: 32 });
  const shapes = await traceModel(model, image);
  const removable = zooModels.find(({ name }) => name === 'resnet50')?.removableBlocks ?? [];
  await fc.assert(
    fc.asyncProperty(fc.subarray([...removable]), async (remove) => {
      const pruned = removeBlocks(model, shapes, { granularity: 'block', remove });
      const wanted = buildZooModel('resnet50', { imageSizePx: 32, omitBlocks: remove });
      const [found, expected] = [await runModel(pruned.model, image), await runModel(wanted, image)];
      expect(valuesOf(found['logits'])).toEqual(valuesOf(expected['logits']));
    }),
    { numRuns: 5, seed: 1 },
  );
});
