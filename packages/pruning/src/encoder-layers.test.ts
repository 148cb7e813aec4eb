import type { OnnxModel } from '@espalier/onnx';
import { buildZooModel } from '@espalier/zoo';
import { describe, expect, test } from '@jest/globals';
import { encoderLayers } from './encoder-layers.js';
import { findBlocks } from './find.js';
import { removeBlocks } from './remove.js';
import { type InputDims, runModel, traceModel, valuesOf } from './testing/run-model.js';
import { readShared, sharedFacts } from './testing/shared-models.js';

async function layersOf(model: OnnxModel, dims: InputDims): Promise<readonly (readonly number[])[]> {
  const blocks = findBlocks(model, await traceModel(model, dims), 'block');
  return encoderLayers(model, blocks).map((layer) => layer.blocks);
}

const facts = sharedFacts();
const transformers = (facts ?? []).filter(({ file }) => /^(vit|text_encoder)/.test(file));

(facts ? describe : describe.skip)('transformers exported by real tools', () => {
  test.each(transformers.length > 0 ? transformers : [{ file: '(absent)' }])(
    '$file has four layers of attention and feed-forward part, which can go whole',
    async ({ file, inputs = {} }) => {
      const model = await readShared(file);
      expect(await layersOf(model, inputs)).toEqual([
        [0, 1],
        [2, 3],
        [4, 5],
        [6, 7],
      ]);
      const pruned = removeBlocks(model, await traceModel(model, inputs), {
        granularity: 'block',
        remove: [2, 3, 6, 7],
      });
      expect(await layersOf(pruned.model, inputs)).toEqual([
        [0, 1],
        [2, 3],
      ]);
      const [found, whole] = [await runModel(pruned.model, inputs), await runModel(model, inputs)];
      for (const [name, tensor] of Object.entries(whole)) expect(found[name]?.dims).toEqual(tensor.dims);
    },
  );
});

test.each([
  ['vit_tiny_16', { imageSizePx: 32 }, { input: [1, 3, 32, 32] }],
  ['bert_tiny', {}, { input_ids: [1, 128], attention_mask: [1, 128], token_type_ids: [1, 128] }],
] as const)('a layer of %s that is removed leaves the network that is built without it', async (name, size, dims) => {
  const model = buildZooModel(name, size);
  const shapes = await traceModel(model, dims);
  const [first, second] = encoderLayers(model, findBlocks(model, shapes, 'block'));
  expect([first, second]).toEqual([
    { blocks: [0, 1], removable: true },
    { blocks: [2, 3], removable: true },
  ]);
  const remove = [...(second?.blocks ?? [])];
  const pruned = removeBlocks(model, shapes, { granularity: 'block', remove });
  const [found, expected] = [
    await runModel(pruned.model, dims),
    await runModel(buildZooModel(name, { ...size, omitBlocks: remove }), dims),
  ];
  for (const [output, tensor] of Object.entries(expected)) expect(valuesOf(found[output])).toEqual(valuesOf(tensor));
});

test('a network without attention has no such layers', async () => {
  expect(await layersOf(buildZooModel('resnet20'), { input: [1, 3, 32, 32] })).toEqual([]);
});
