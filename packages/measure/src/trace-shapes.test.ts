import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constantData, GraphBuilder } from '@espalier/onnx';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ModelFolder, modelFolder } from './testing/model-folder.js';
import { convChain } from './testing/small-models.js';
import { traceShapes } from './trace-shapes.js';

const SHARED = fileURLToPath(new URL('../../../../shared/models', import.meta.url));

let models: ModelFolder;

beforeAll(async () => {
  models = await modelFolder();
});

afterAll(() => models.remove());

test('every tensor of a network gets the shape that it has in a run, the optimiser notwithstanding', async () => {
  const trace = await traceShapes(await models.write('chain.onnx', convChain(2)));
  const features = { elementType: 'float32', dims: [1, 16, 32, 32] };
  expect(Object.fromEntries(trace.shapes)).toEqual({
    image: { elementType: 'float32', dims: [1, 3, 32, 32] },
    conv0_out: features,
    relu0_out: features,
    conv1_out: features,
    relu1_out: features,
    features: { elementType: 'float32', dims: [1, 16, 1, 1] },
  });
  expect(trace).toMatchObject({ inputs: { image: [1, 3, 32, 32] }, assumedInputs: [], leftOut: [] });
});

/** Multiplies a picture by a square matrix, which runs only when the picture is `size` wide. */
function pickyModel(size: number) {
  const graph = new GraphBuilder('picky');
  const x = graph.input('x', 'float32', ['n', 3, 'h', 'w']);
  const values = graph.uniform('values', [size, size], [0, 1]);
  return graph.output(graph.node('MatMul', [x, values], {}, { name: 'product' }), { as: 'y' }).build();
}

test('sizes are assumed one after the other until the model runs, and it is said which', async () => {
  const trace = await traceShapes(await models.write('picky64.onnx', pickyModel(64)));
  expect(trace).toMatchObject({ inputs: { x: [1, 3, 64, 64] }, assumedInputs: ['x'] });
  expect(trace.shapes.get('y')).toEqual({ elementType: 'float32', dims: [1, 3, 64, 64] });
});

test('a given size is taken, and when nothing fits the input and the option are named', async () => {
  const path = await models.write('picky17.onnx', pickyModel(17));
  expect((await traceShapes(path, { inputShapes: { x: [1, 3, 17, 17] } })).assumedInputs).toEqual([]);
  await expect(traceShapes(path)).rejects.toMatchObject({
    code: 'input-unresolved',
    message: expect.stringContaining('x as 1×3×224×224'),
    hint: 'give the shape of x in inputShapes',
  });
});

test('tensors that cannot be passed are left out, and the others keep their shapes', async () => {
  const graph = new GraphBuilder('sequence');
  const x = graph.input('x', 'float32', [4, 2]);
  const half = graph.node('Cast', [x], { to: 16 }, { name: 'bfloat' });
  const back = graph.node('Cast', [half], { to: 1 }, { name: 'back' });
  const pieces = graph.node('SplitToSequence', [back], { axis: 0 }, { name: 'pieces' });
  const index = graph.initializer('index', constantData([], BigInt64Array.of(0n)));
  const first = graph.node('SequenceAt', [pieces, index], {}, { name: 'first' });
  const model = graph.output(first, { as: 'y' }).build();
  const trace = await traceShapes(await models.write('sequence.onnx', model));
  expect([...trace.leftOut].sort()).toEqual(['bfloat_out', 'pieces_out']);
  expect(trace.shapes.get('back_out')).toEqual({ elementType: 'float32', dims: [4, 2] });
  expect(trace.shapes.get('y')).toEqual({ elementType: 'float32', dims: [1, 2] });
});

test('a file that is no model is invalid', async () => {
  const path = await models.write('garbage.onnx', 'garbage');
  await expect(traceShapes(path)).rejects.toMatchObject({ code: 'model-invalid' });
});

if (!existsSync(SHARED)) process.stderr.write(`skipped: the exported models are not at ${SHARED}\n`);

(existsSync(SHARED) ? describe : describe.skip)('models as exporters wrote them', () => {
  test.each([
    { file: 'external_one/resnet20.onnx', tensors: 121, inputs: { input: [1, 3, 32, 32] }, assumed: [] },
    { file: 'if_loop_scripted_op13.onnx', tensors: 18, inputs: { image: [1, 3, 16, 16], steps: [] }, assumed: [] },
    {
      file: 'trained/silero_vad_half.onnx',
      tensors: 99,
      inputs: { input: [1, 512], state: [2, 1, 128] },
      assumed: ['input'],
    },
    { file: 'trained/ch_PP-OCRv4_det_infer.onnx', tensors: 673, inputs: { x: [1, 3, 224, 224] }, assumed: ['x'] },
  ])('$file is traced whole', async ({ file, tensors, inputs, assumed }) => {
    const trace = await traceShapes(join(SHARED, file));
    expect(trace).toMatchObject({ inputs, assumedInputs: assumed, leftOut: [] });
    expect(trace.shapes.size).toBe(tensors);
  });
});
