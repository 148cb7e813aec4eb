import { seededRandom, type OnnxModel } from '@espalier/onnx';
import { buildZooModel } from '@espalier/zoo';
import { describe, expect, test } from '@jest/globals';
import { findBlocks } from '../find.js';
import { prune } from '../prune.js';
import { randomKeep } from '../testing/random-filters.js';
import { type InputDims, runModel, traceModel, valuesOf } from '../testing/run-model.js';
import { type ModelFacts, readShared, sharedFacts } from '../testing/shared-models.js';
import { findFilterGroups } from './find-groups.js';
import type { FilterGroup } from './group.js';
import { maskFilters } from './mask-filters.js';
import { removeFilters } from './remove-filters.js';

/** Groups and those that can be pruned, found by hand in the graphs. */
const GROUPS: Readonly<Record<string, { groups: number; prunable: number; filters: number }>> = {
  // The stem and both layers behind its shortcuts are one group: shortcuts of option A pad channels.
  'resnet20_cifar10_trained.onnx': { groups: 11, prunable: 10, filters: 64 + 3 * (16 + 32 + 64) },
  // Every expansion is one, and each width of the residuals is one.
  'mobilenet_v2_035.onnx': { groups: 26, prunable: 25, filters: 4144 },
  // The residual width, and for each of four layers the heads and the hidden width.
  'vit_4layers_op15.onnx': { groups: 10, prunable: 9, filters: 48 + 4 * (3 + 96) },
  'text_encoder_postnorm_op14.onnx': { groups: 10, prunable: 9, filters: 64 + 4 * (4 + 128) },
  'vgg_small_bn.onnx': { groups: 12, prunable: 11, filters: 608 },
};

const facts = sharedFacts();
/** The light models are large networks, which run for seconds each; silero's weights lie in sub-graphs. */
const files = (facts ?? [{ file: '(absent)' }]).filter(({ file }) => !/^light\/|silero/.test(file));

const INPUTS: Readonly<Record<string, InputDims>> = {
  'trained/ch_PP-OCRv4_det_infer.onnx': { x: [1, 3, 64, 64] },
  'trained/ch_ppocr_mobile_v2.0_cls_infer.onnx': { x: [1, 3, 48, 192] },
};

function inputsOf({ file, inputs }: ModelFacts): InputDims {
  return inputs ?? INPUTS[file] ?? {};
}

/** Half precision is coarse, and a sum in another order may round to the next step of a quantisation. */
function digitsOf(file: string): number {
  return /fp16|qdq/.test(file) ? 1 : 4;
}

function worstDistance(found: readonly number[], expected: readonly number[]): number {
  return expected.reduce((worst, value, index) => Math.max(worst, Math.abs(value - (found[index] ?? Number.NaN))), 0);
}

/**
 * Where nothing makes another number of a zero, a channel that its layers and norms leave at zero is not felt, whatever
 * weights read it.
 */
const KEEP_ZEROS = /resnet|vgg|mobilenet_v2|squeezenet|shufflenet|densenet/;

function withoutReaders(group: FilterGroup): FilterGroup {
  return { ...group, slices: group.slices.filter(({ role }) => role !== 'reads') };
}

/** Random filters of a model, removed, give what the same filters give when all their weights are zero. */
async function expectMasked(
  model: OnnxModel,
  dims: InputDims,
  { digits, keepsZeros }: { digits: number; keepsZeros: boolean },
): Promise<void> {
  const shapes = await traceModel(model, dims);
  const groups = findFilterGroups(model, shapes);
  const plain = groups.filter(({ mixedBy }) => mixedBy === undefined);
  const keep = randomKeep(plain, seededRandom(model.graph.name), 0.6);
  const masked = await runModel(maskFilters(model, keepsZeros ? plain.map(withoutReaders) : plain, keep), dims);
  const pruned = await runModel(removeFilters(model, shapes, keep), dims);
  for (const { name } of model.graph.outputs) {
    expect(pruned[name]?.dims).toEqual(shapes.get(name)?.dims);
    expect(worstDistance(valuesOf(pruned[name]), valuesOf(masked[name]))).toBeCloseTo(0, digits);
  }
}

/** Random blocks and filters, of groups with layer norms too, leave a model that runs to the same shapes. */
async function expectRuns(model: OnnxModel, dims: InputDims): Promise<void> {
  const shapes = await traceModel(model, dims);
  const random = seededRandom(`${model.graph.name} both`);
  const keep = randomKeep(findFilterGroups(model, shapes), random, 0.5);
  const removable = findBlocks(model, shapes, 'block').filter((block) => block.removable);
  const remove = removable.filter(() => random() < 0.2).map(({ index }) => index);
  const { model: pruned, shapes: after } = prune(model, shapes, {
    granularity: 'block',
    remove,
    filters: Object.fromEntries(keep),
  });
  const traced = await traceModel(pruned, dims);
  for (const { name } of model.graph.outputs) expect(traced.get(name)?.dims).toEqual(shapes.get(name)?.dims);
  for (const [name, { dims: found }] of traced) expect(after.get(name)?.dims ?? found).toEqual(found);
}

(facts ? describe : describe.skip)('models exported by real tools', () => {
  test.each(files)('$file computes without some filters what it computes with them masked', async (fact) => {
    await expectMasked(await readShared(fact.file), inputsOf(fact), {
      digits: digitsOf(fact.file),
      keepsZeros: KEEP_ZEROS.test(fact.file),
    });
  });

  test.each(files)('$file runs without some blocks and filters', async (fact) => {
    await expectRuns(await readShared(fact.file), inputsOf(fact));
  });

  test.each(files.filter(({ file }) => GROUPS[file]))('$file has the groups that its network has', async (fact) => {
    const model = await readShared(fact.file);
    const groups = findFilterGroups(model, await traceModel(model, inputsOf(fact)));
    const prunable = groups.filter((group) => group.prunable);
    expect({
      groups: groups.length,
      prunable: prunable.length,
      filters: prunable.reduce((sum, { filters }) => sum + filters, 0),
    }).toEqual(GROUPS[fact.file]);
    for (const { prunable: can, reason } of groups) expect(reason === undefined).toBe(can);
  });
});

/** Of each family one; the bench tries all. */
const ARCHITECTURES = ['mobilenet_v3_small', 'shufflenet_v2_x1_0', 'efficientnet_b0', 'squeezenet1_0', 'resnet56'];

test.each(ARCHITECTURES)('%s computes without some filters what it computes with them masked', async (name) => {
  await expectMasked(
    buildZooModel(name, { imageSizePx: 32 }),
    { input: [1, 3, 32, 32] },
    {
      digits: 4,
      keepsZeros: KEEP_ZEROS.test(name),
    },
  );
});
