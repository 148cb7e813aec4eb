import { expect, test } from '@jest/globals';
import { type ElementType, GraphBuilder, type OnnxModel } from '@espalier/onnx';
import type { ArrayInfo } from '../dataset/array.js';
import { feedingPlan, shapesForOneRun } from './inputs.js';

type Dims = readonly (number | string | null)[];

function modelWith(inputs: Readonly<Record<string, readonly [ElementType, Dims]>>): OnnxModel {
  const g = new GraphBuilder('inputs');
  const names = Object.entries(inputs).map(([name, [elementType, dims]]) => g.input(name, elementType, dims));
  return g.output(g.node('Concat', names, { axis: 0 }, { name: 'all' })).build();
}

const image = (name: string, elementType = 'float32', shape = [100, 3, 8, 8]): ArrayInfo => ({
  name,
  elementType,
  shape,
});
const tokens = (name: string): ArrayInfo => ({ name, elementType: 'int32', shape: [100, 16] });

const row = (name: string): ArrayInfo => ({ name, elementType: 'float32', shape: [10, 8] });

const pixels = modelWith({ pixel_values: ['float32', ['batch', 3, 8, 8]] });

test.each(['pixel_values', 'x', 'input', 'images', 'arr_0', ''])(
  'a model with one input takes an array named "%s"',
  (name) => {
    expect(feedingPlan(pixels, [image('other'), image(name)]).inputs).toMatchObject([
      { input: 'pixel_values', array: name },
    ]);
  },
);

test('the name of the input goes before the usual ones', () => {
  expect(feedingPlan(pixels, [image('x'), image('pixel_values')]).inputs[0]?.array).toBe('pixel_values');
});

test('a model with several inputs takes each array by name, and says which is missing', () => {
  const two = modelWith({ ids: ['int64', ['batch', 'length']], mask: ['int64', ['batch', 'length']] });
  expect(feedingPlan(two, [tokens('mask'), tokens('ids')]).inputs.map(({ array }) => array)).toEqual(['ids', 'mask']);
  expect(() => feedingPlan(two, [tokens('x'), tokens('ids')])).toThrow(
    'no array for the input mask of the model; there is x, ids',
  );
});

test('real numbers of any width feed real inputs; pixels as bytes do not', () => {
  for (const elementType of ['float16', 'float32', 'float64']) {
    expect(feedingPlan(pixels, [image('x', elementType)]).inputs[0]?.elementType).toBe('float32');
  }
  expect(() => feedingPlan(pixels, [image('x', 'uint8')])).toThrow(
    'takes float32, but the calibration data hold uint8',
  );
});

test.each([
  [[100, 3, 8, 9], '100×3×8×9 does not fit'],
  [[100, 192], '100×192 does not fit'],
])('samples of another shape are refused: %j', (shape, message) => {
  expect(() => feedingPlan(pixels, [image('x', 'float32', shape)])).toThrow(message);
});

test('a fixed batch is kept, and a free one is of one sample in the run that looks for shapes', () => {
  const fixed = feedingPlan(modelWith({ x: ['float32', [4, 3, 8, 8]] }), [image('x')]);
  expect(fixed.fixedBatch).toBe(4);
  expect(shapesForOneRun(fixed)).toEqual({ x: [4, 3, 8, 8] });
  expect(shapesForOneRun(feedingPlan(pixels, [image('x')]))).toEqual({ pixel_values: [1, 3, 8, 8] });
});

test('inputs that are fixed to different batches cannot be fed with samples', () => {
  const two = modelWith({ a: ['float32', [1, 8]], b: ['float32', [2, 8]] });
  expect(() => feedingPlan(two, [row('a'), row('b')])).toThrow('different batches: 1, 2');
});
