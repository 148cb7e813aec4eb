import type { OnnxModel } from '@espalier/onnx';
import { buildZooModel, type ZooEntry, zooModels } from '@espalier/zoo';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findBlocks, summarise } from './find.js';
import { removeBlocks } from './remove.js';
import { runModel, traceModel, valuesOf } from './testing/run-model.js';

const IMAGE = { input: [1, 3, 32, 32] };

/** Hundreds of megabytes, and the same graph as a smaller sibling but for its sizes. */
const ENLARGED = new Set(['vgg16', 'vgg16_bn', 'vgg19_bn', 'vit_base_16', 'bert_base', 'unet', 'pix2pix_unet']);

/** Transformers have no batch normalisation that could be folded. */
const NORMLESS = new Set(['vit_tiny_16', 'bert_tiny']);

/** Folding does not depend on size: the smaller networks of every family are enough to look for blocks without norms. */
const MOST_FOLDED_PARAMETERS = 15e6;

/** Every architecture, as it is trained and as exporters write it. */
const variants = zooModels
  .filter(({ name }) => !ENLARGED.has(name))
  .flatMap((entry) => {
    const kept = { ...entry, batchNorm: 'kept' as const };
    const isKeptOnly = NORMLESS.has(entry.name) || entry.publishedParameters > MOST_FOLDED_PARAMETERS;
    return isKeptOnly ? [kept] : [kept, { ...entry, batchNorm: 'folded' as const }];
  });

/** The smallest image that a network takes, and the dims of all its inputs. */
function smallestInputs({ inputs, smallestImageSizePx = 32 }: ZooEntry): {
  readonly options: { readonly imageSizePx?: number };
  readonly dims: Readonly<Record<string, readonly number[]>>;
} {
  if (inputs) return { options: {}, dims: Object.fromEntries(inputs.map(({ name, shape }) => [name, shape])) };
  const side = Math.max(smallestImageSizePx, 32);
  return { options: { imageSizePx: side }, dims: { input: [1, 3, side, side] } };
}

test.each(variants)(
  'in $name with norms $batchNorm the blocks of the architecture are found, under their names',
  async ({ batchNorm, ...entry }) => {
    const { options, dims } = smallestInputs(entry);
    const model = buildZooModel(entry.name, { batchNorm, weights: 'zero', ...options });
    const found = findBlocks(model, await traceModel(model, dims), 'block');
    const indicesOf = (isAnew: boolean): number[] =>
      found.flatMap(({ index, removable, reinitialises }) =>
        removable && (reinitialises !== undefined) === isAnew ? [index] : [],
      );
    expect(found).toHaveLength(entry.blocks);
    expect(indicesOf(false)).toEqual(entry.removableBlocks);
    expect(indicesOf(true)).toEqual(entry.removableByReinitialising ?? []);
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

/** Without those that have nothing to leave out, and but for the largest. */
const omittables = zooModels
  .map((entry) => ({ ...entry, omittable: [...entry.removableBlocks, ...(entry.innerLevels ?? [])] }))
  .filter(({ omittable, publishedParameters }) => omittable.length > 0 && publishedParameters < 15e6);

test.each(omittables)(
  'any blocks of $name removed give what the zoo builds without them, of the same weights to the bit',
  async ({ omittable, ...entry }) => {
    const { options, dims } = smallestInputs(entry);
    const model = buildZooModel(entry.name, options);
    const shapes = await traceModel(model, dims);
    const [some = []] = fc.sample(fc.subarray(omittable, { minLength: Math.ceil(omittable.length / 2) }), {
      numRuns: 1,
      seed: 4,
    });
    const remove = [...new Set([...some, ...(entry.innerLevels ?? [])])];
    const pruned = removeBlocks(model, shapes, { granularity: 'block', remove });
    const wanted = buildZooModel(entry.name, { ...options, omitBlocks: remove });
    expect(weightNames(pruned.model)).toEqual(weightNames(wanted));
    expect(weightNames(pruned.model).filter((name) => !isSameWeight(pruned.model, wanted, name))).toEqual([]);
    const [found, expected] = [await runModel(pruned.model, dims), await runModel(wanted, dims)];
    for (const [name, { dims: sizes }] of Object.entries(expected)) {
      expect(found[name]?.dims).toEqual(sizes);
      expect(largestDifference(valuesOf(found[name]), valuesOf(expected[name]))).toBeLessThan(1e-4);
    }
  },
);

function weightNames({ graph }: OnnxModel): string[] {
  return graph.initializerNames.toSorted();
}

function isSameWeight(a: OnnxModel, b: OnnxModel, name: string): boolean {
  const [left, right] = [a.graph.initializer(name), b.graph.initializer(name)];
  if (!left || !right || left.dims.join() !== right.dims.join()) return false;
  return Buffer.from(left.rawBytes()).equals(right.rawBytes());
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (b[index] ?? Number.NaN))), 0);
}
