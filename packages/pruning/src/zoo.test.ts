import { buildZooModel, zooModels } from '@espalier/zoo';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findBlocks, summarise } from './find.js';
import { removeBlocks } from './remove.js';
import { runModel, traceModel, valuesOf } from './testing/run-model.js';

const IMAGE = { input: [1, 3, 32, 32] };

/** Every architecture, as it is trained and as exporters write it. */
const variants = zooModels.flatMap((entry) => [
  { ...entry, batchNorm: 'kept' as const },
  { ...entry, batchNorm: 'folded' as const },
]);

test.each(variants)(
  'in $name with norms $batchNorm the blocks of the architecture are found, under their names',
  async ({ name, batchNorm, ...entry }) => {
    const side = Math.max(entry.smallestImageSizePx ?? 0, 32);
    const image = entry.inputs ? {} : { imageSizePx: side };
    const model = buildZooModel(name, { batchNorm, weights: 'zero', ...image });
    const dims = entry.inputs?.map((input) => [input.name, input.shape] as const) ?? [['input', [1, 3, side, side]]];
    const found = findBlocks(model, await traceModel(model, Object.fromEntries(dims)), 'block');
    const keepShape = found.filter(
      ({ index, removable }) => removable && !entry.removableByReinitialising?.includes(index),
    );
    expect(found).toHaveLength(entry.blocks);
    expect(keepShape.map(({ index }) => index)).toEqual(entry.removableBlocks);
    const modules = new Set(model.graph.nodes.flatMap((node) => prefixesOf(node.name)));
    for (const block of found) expect(modules).toContain(block.name);
  },
);

/** `a.b.c` is inside `a` and `a.b`. */
function prefixesOf(name: string): string[] {
  const parts = name.split('.');
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
}

test('resnet50 has 16 blocks of which 12 can go, resnet56 27 of which 25 can go', () => {
  const counts = zooModels.map(({ name, blocks, removableBlocks }) => [name, blocks, removableBlocks.length]);
  expect(counts).toContainEqual(['resnet50', 16, 12]);
  expect(counts).toContainEqual(['resnet56', 27, 25]);
});

/** The others run for seconds, and are made of the same layers. */
const quickModels = zooModels.filter(({ name }) => ['resnet18', 'resnet20', 'resnet56'].includes(name));

test.each(quickModels)('$name has the published parameters and multiply-accumulates', async (entry) => {
  const model = buildZooModel(entry.name);
  const summary = summarise(model, await traceModel(model, { input: entry.inputShape }));
  expect(summary).toEqual({ parameters: entry.publishedParameters, macs: entry.publishedMacs });
});

test('any removable blocks of resnet50 removed give what the network built without them gives', async () => {
  const model = buildZooModel('resnet50', { imageSizePx: 32 });
  const shapes = await traceModel(model, IMAGE);
  const removable = zooModels.find(({ name }) => name === 'resnet50')?.removableBlocks ?? [];
  await fc.assert(
    fc.asyncProperty(fc.subarray([...removable]), async (remove) => {
      const pruned = removeBlocks(model, shapes, { granularity: 'block', remove });
      const wanted = buildZooModel('resnet50', { imageSizePx: 32, omitBlocks: remove });
      const [found, expected] = [await runModel(pruned.model, IMAGE), await runModel(wanted, IMAGE)];
      expect(valuesOf(found['logits'])).toEqual(valuesOf(expected['logits']));
    }),
    { numRuns: 3, seed: 1 },
  );
});
