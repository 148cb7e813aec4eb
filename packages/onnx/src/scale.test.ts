import { expect, test } from '@jest/globals';
import { Tensor } from 'onnxruntime-node';
import { OnnxError } from './errors.js';
import { type Factor, scaleTensors } from './scale.js';
import { residualModel } from './testing/models.js';
import { randomTensor, runModel } from './testing/run-model.js';

const image = randomTensor([1, 3, 8, 8]);

const channels: Factor = { input: 'gate', elementType: 'float32', dims: [1, 8, 1, 1] };

const gate = (value: number): Tensor => new Tensor('float32', new Float32Array(8).fill(value), [1, 8, 1, 1]);

test('factors of 1 change nothing, for what a node makes and for a weight', async () => {
  const scaled = scaleTensors(
    residualModel(),
    new Map([
      ['b.conv_out', channels],
      ['stem.weight', { input: 'weights', elementType: 'float32' as const, dims: [] }],
    ]),
  );
  const feeds = { x: image, gate: gate(1), weights: new Tensor('float32', Float32Array.of(1), []) };
  expect(await runModel(scaled, feeds)).toEqual(await runModel(residualModel(), { x: image }));
});

test('a factor of 0 silences what it multiplies, also where that is an output of the graph', async () => {
  const { y } = await runModel(scaleTensors(residualModel(), new Map([['y', channels]])), { x: image, gate: gate(0) });
  expect(Array.from(y ?? [], Number).every((value) => value === 0)).toBe(true);
});

test('scaling a weight scales the convolution that reads it', async () => {
  const factor: Factor = { input: 'twice', elementType: 'float32', dims: [] };
  const twice = new Tensor('float32', Float32Array.of(2), []);
  const { y } = await runModel(scaleTensors(residualModel(), new Map([['stem.weight', factor]])), {
    x: image,
    twice,
  });
  const expected = await runModel(scaleTensors(residualModel(), new Map([['stem_out', channels]])), {
    x: image,
    gate: gate(2),
  });
  for (const [index, value] of Array.from(y ?? [], Number).entries()) {
    expect(value).toBeCloseTo(Number(expected['y']?.[index]), 4);
  }
});

test('a tensor that is not there, and a name that is taken, are refused', () => {
  expect(() => scaleTensors(residualModel(), new Map([['nothing', channels]]))).toThrow(OnnxError);
  expect(() => scaleTensors(residualModel(), new Map([['y', { ...channels, input: 'x' }]]))).toThrow('already');
});
