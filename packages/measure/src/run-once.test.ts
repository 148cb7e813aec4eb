import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { GraphBuilder } from '@espalier/onnx';
import { runOnce } from './run-once.js';
import { type ModelFolder, modelFolder } from './testing/model-folder.js';
import { addOne } from './testing/small-models.js';

let models: ModelFolder;

beforeAll(async () => {
  models = await modelFolder();
});

afterAll(() => models.remove());

test('a model runs on given inputs and returns its outputs', async () => {
  const path = await models.write('addOne.onnx', addOne(['n', 2]));
  const x = { elementType: 'float32', dims: [2, 2], data: Float32Array.of(1, -2, 0.5, 40) };
  expect(await runOnce(path, { x })).toEqual({
    y: { elementType: 'float32', dims: [2, 2], data: Float32Array.of(2, -1, 1.5, 41) },
  });
});

test('integers of 64 bits and booleans pass unchanged, from the middle of an array too', async () => {
  const graph = new GraphBuilder('identities');
  graph.output(graph.identity('copyInts', graph.input('ints', 'int64', [2])), { as: 'outInts', elementType: 'int64' });
  graph.output(graph.identity('copyFlags', graph.input('flags', 'bool', [3])), { as: 'outFlags', elementType: 'bool' });
  const path = await models.write('identities.onnx', graph.build());
  const ints = { elementType: 'int64', dims: [2], data: BigInt64Array.of(0n, -(2n ** 62n), 7n).subarray(1) };
  const flags = { elementType: 'bool', dims: [3], data: Uint8Array.of(1, 0, 1) };
  const { outInts, outFlags } = await runOnce(path, { ints, flags });
  expect(outInts).toEqual({ elementType: 'int64', dims: [2], data: BigInt64Array.of(-(2n ** 62n), 7n) });
  expect(outFlags).toEqual(flags);
});

test('inputs that the model does not take are refused', async () => {
  const path = await models.write('addOne.onnx', addOne(['n', 2]));
  await expect(runOnce(path, {})).rejects.toMatchObject({ code: 'model-invalid' });
  const x = { elementType: 'int32', dims: [1, 2], data: Int32Array.of(1, 2) };
  await expect(runOnce(path, { x })).rejects.toMatchObject({ code: 'model-invalid' });
});
