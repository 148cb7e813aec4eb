import type { OnnxModel } from '@espalier/onnx';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Block, Granularity, TensorShapes } from './block.js';
import { findBlocks, summarise } from './find.js';
import { type PrunedModel, removeBlocks } from './remove.js';
import { type InputDims, runModel, traceModel, valuesOf } from './testing/run-model.js';
import { type ModelFacts, readShared, sharedFacts } from './testing/shared-models.js';

/**
 * Where the search differs from the facts, which count modules of the network's source code, and why:
 * - a transformer layer holds two residual joins, and each is a block of its own;
 * - the linear layer 4096 → 4096 of a convolutional network can go as well, and comes behind its convolutions;
 * - the join around an If and a Loop are listed too, as not removable;
 * - a convolution unit that changes the width can go as well, with weights made anew behind it.
 */
const DIFFERENT: Readonly<Record<string, { blocks: number; removable: number }>> = {
  'vit_4layers_op15.onnx': { blocks: 8, removable: 8 },
  'text_encoder_postnorm_op14.onnx': { blocks: 8, removable: 8 },
  'light/light_vgg19.onnx': { blocks: 17, removable: 17 },
  'light/light_bvlc_alexnet.onnx': { blocks: 6, removable: 4 },
  'light/light_zfnet512.onnx': { blocks: 5, removable: 3 },
  'vgg_small_bn.onnx': { blocks: 10, removable: 10 },
  'if_loop_scripted_op13.onnx': { blocks: 4, removable: 2 },
};

/** Their blocks are counted otherwise than by modules, so that indices differ. */
const HAS_MORE_BLOCKS = Object.keys(DIFFERENT).filter((file) => file !== 'vgg_small_bn.onnx');

/** Files about which the facts know no blocks; found by hand in the graph. */
const WITHOUT_FACTS: Readonly<Record<string, { blocks: number; removable: number; inputs: InputDims }>> = {
  'trained/ch_PP-OCRv4_det_infer.onnx': { blocks: 22, removable: 17, inputs: { x: [1, 3, 64, 64] } },
  'trained/ch_ppocr_mobile_v2.0_cls_infer.onnx': { blocks: 11, removable: 7, inputs: { x: [1, 3, 48, 192] } },
  'trained/silero_vad_half.onnx': { blocks: 7, removable: 1, inputs: { input: [1, 512], state: [2, 1, 128] } },
  'trained/silero_vad_op18_ifless.onnx': { blocks: 1, removable: 0, inputs: { input: [1, 512], state: [2, 1, 128] } },
  'trained/silero_vad.onnx': { blocks: 1, removable: 0, inputs: { input: [1, 256], state: [2, 1, 128] } },
};

/** Folded norms, shared norms and quantised norms leave fewer numbers in a file than the network has. */
const FULL_PARAMETERS = [
  'convnext_small_op17.onnx',
  'densenet_small.onnx',
  'external_many/resnet20.onnx',
  'if_loop_scripted_op13.onnx',
  'mobilenet_v2_035_bn_op11_hw.onnx',
  'resnet20_cifar10_trained_bn.onnx',
  'resnet20_constant_nodes.onnx',
  'resnet20_fp16.onnx',
  'resnet20_init_inputs_op10.onnx',
  'resnet20_noise.onnx',
  'resnet20_op22_ir10.onnx',
  'resnet29_bottleneck_op9_bn.onnx',
  'shufflenet_v1_g3_half_dyn_op11.onnx',
  'squeezenet1_0_10classes.onnx',
  'vgg_small_bn.onnx',
  'vit_4layers_op15.onnx',
];

/** The facts leave out the projections inside torch's attention, which is no linear module. */
const MACS_WITHOUT_ATTENTION = ['vit_4layers_op15.onnx'];

const facts = sharedFacts();
const files = facts ?? [{ file: '(absent)' }];
/** The light models are large networks, which run for seconds each. */
const quickFiles = files.filter(({ file }) => !file.startsWith('light/'));
const shapesOf = new Map<string, Promise<TensorShapes>>();

/** Every model is run once for all tests of this file. */
async function traced(fact: ModelFacts): Promise<TensorShapes> {
  const known = shapesOf.get(fact.file) ?? readShared(fact.file).then((model) => traceModel(model, inputsOf(fact)));
  shapesOf.set(fact.file, known);
  return known;
}

async function blocksOf(fact: ModelFacts, granularity: Granularity): Promise<readonly Block[]> {
  return findBlocks(await readShared(fact.file), await traced(fact), granularity);
}

function inputsOf({ file, inputs }: ModelFacts): InputDims {
  return inputs ?? WITHOUT_FACTS[file]?.inputs ?? {};
}

/** Weights with other bytes than before, but for those that were made anew. */
function changedWeights({ graph }: OnnxModel, { model, reinitialised }: PrunedModel): string[] {
  const made = new Set(reinitialised.map(({ tensor }) => tensor));
  return model.graph.initializerNames.filter((name) => {
    const [found, before] = [model.graph.initializer(name), graph.initializer(name)];
    if (!found || !before || made.has(name)) return !made.has(name);
    return Buffer.compare(found.rawBytes(), before.rawBytes()) !== 0;
  });
}

function counts(blocks: readonly Block[]): { blocks: number; removable: number } {
  return { blocks: blocks.length, removable: blocks.filter(({ removable }) => removable).length };
}

function indicesOfRemovable(blocks: readonly Block[]): number[] {
  return blocks.filter(({ removable }) => removable).map(({ index }) => index);
}

(facts ? describe : describe.skip)('models exported by real tools', () => {
  test.each(files)('$file has the blocks that its network has', async (fact) => {
    const blocks = await blocksOf(fact, 'block');
    const { blocks: all = -1, removable = -1 } = DIFFERENT[fact.file] ?? WITHOUT_FACTS[fact.file] ?? fact;
    expect(counts(blocks)).toEqual({ blocks: all, removable });
  });

  test.each(files.filter(({ file, removableIndices }) => removableIndices && !HAS_MORE_BLOCKS.includes(file)))(
    'the blocks of $file that keep their shape are those of its network, in order',
    async (fact) => {
      const blocks = await blocksOf(fact, 'block');
      expect(indicesOfRemovable(blocks.filter(({ reinitialises }) => !reinitialises))).toEqual(fact.removableIndices);
    },
  );

  test.each(files)(
    'the blocks of $file have names of their own, reasons, and nodes that no other block has',
    async (fact) => {
      for (const granularity of ['block', 'layer'] as const) {
        const blocks = await blocksOf(fact, granularity);
        const nodes = blocks.flatMap((block) => block.nodes);
        expect(blocks.map(({ index }) => index)).toEqual(blocks.map((_, position) => position));
        expect(new Set(blocks.map(({ name }) => name)).size).toBe(blocks.length);
        expect(new Set(nodes).size).toBe(nodes.length);
        for (const { removable, reason } of blocks) expect(reason === undefined).toBe(removable);
      }
    },
  );

  test.each(files.filter(({ macsConvLinear, file }) => macsConvLinear && !MACS_WITHOUT_ATTENTION.includes(file)))(
    '$file has the multiply-accumulates that its network has',
    async (fact) => {
      const { macs } = summarise(await readShared(fact.file), await traced(fact));
      expect(macs).toBe(fact.macsConvLinear);
    },
  );

  test.each(files.filter(({ file }) => FULL_PARAMETERS.includes(file)))(
    '$file has the trained numbers that its network has',
    async (fact) => {
      const { parameters } = summarise(await readShared(fact.file), await traced(fact));
      expect(parameters).toBe(fact.parameters);
    },
  );

  test.each(quickFiles)('removing none of $file leaves its outputs as they are', async (fact) => {
    const model = await readShared(fact.file);
    const pruned = removeBlocks(model, await traced(fact), { granularity: 'block', remove: [] });
    const [before, after] = [await runModel(model, inputsOf(fact)), await runModel(pruned.model, inputsOf(fact))];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [name, tensor] of Object.entries(before)) expect(valuesOf(after[name])).toEqual(valuesOf(tensor));
  });

  test.each(quickFiles)('$file without any set of removable blocks loads and runs to the same shapes', async (fact) => {
    const model = await readShared(fact.file);
    const shapes = await traced(fact);
    for (const granularity of ['block', 'layer'] as const) {
      const removable = indicesOfRemovable(findBlocks(model, shapes, granularity));
      await fc.assert(
        fc.asyncProperty(fc.subarray(removable), async (remove) => {
          const pruned = removeBlocks(model, shapes, { granularity, remove });
          expect(pruned.removed.map(({ index }) => index)).toEqual(remove);
          const outputs = await runModel(pruned.model, inputsOf(fact));
          for (const { name } of model.graph.outputs) expect(outputs[name]?.dims).toEqual(shapes.get(name)?.dims);
          expect(changedWeights(model, pruned)).toEqual([]);
          const left = new Set(pruned.model.graph.nodes.map(({ name }) => name));
          const named = pruned.removed
            .flatMap(({ nodes }) => nodes)
            .filter((name) => model.graph.nodeNamed(name)?.proto.name);
          expect(named.filter((name) => left.has(name))).toEqual([]);
        }),
        { numRuns: 3, seed: 1, examples: [[removable]] },
      );
    }
  });
});
