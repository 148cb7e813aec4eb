import { expect, test } from '@jest/globals';
import { assumedSizesInOrder, type InputSignature, resolveShapes } from './shapes.js';

const [sizes = { spatial: 224, sequence: 128, other: 1 }] = assumedSizesInOrder;

const input = (name: string, dims: readonly (number | string)[], elementType = 'float32'): InputSignature => ({
  name,
  elementType,
  dims,
});

const resolve = (inputs: readonly InputSignature[], batch = 1, inputShapes: Record<string, number[]> = {}) =>
  resolveShapes(inputs, { batch, inputShapes }, sizes);

test.each([
  { what: 'a fixed shape stays', dims: [1, 3, 32, 32], shape: [1, 3, 32, 32], assumed: false },
  {
    what: 'a dynamic first dimension is the batch',
    dims: ['x', 3, 32, 32],
    shape: [4, 3, 32, 32],
    assumed: false,
    batch: 4,
  },
  { what: 'so is a named one elsewhere', dims: [2, 'batch', 128], shape: [2, 4, 128], assumed: false, batch: 4 },
  { what: 'an unnamed one too', dims: ['', 10], shape: [4, 10], assumed: false, batch: 4 },
  {
    what: 'a recurrent state is layers × batch × features',
    dims: [2, '', 64],
    shape: [2, 4, 64],
    assumed: false,
    batch: 4,
  },
  { what: 'image sizes are assumed', dims: ['n', 3, 'h', 'w'], shape: [1, 3, 224, 224], assumed: true },
  { what: 'channels too', dims: ['', '', '', ''], shape: [1, 3, 224, 224], assumed: true },
  { what: 'a sequence is assumed', dims: ['b', 't'], shape: [1, 128], assumed: true },
  { what: 'with features behind it', dims: ['n', 'frames', 40], shape: [1, 128, 40], assumed: true },
  { what: 'a scalar stays a scalar', dims: [], shape: [], assumed: false },
  { what: 'a vector is a batch', dims: ['anything'], shape: [4], assumed: false, batch: 4 },
])('$what', ({ dims, shape, assumed, batch = 1 }) => {
  expect(resolve([input('x', dims)], batch)).toEqual({ shapes: { x: shape }, assumed: assumed ? ['x'] : [] });
});

test('a dimension of one name has one value everywhere', () => {
  const inputs = [input('ids', ['b', 'length'], 'int64'), input('mask', ['b', 'length'], 'int64')];
  expect(resolve(inputs, 2, { ids: [2, 7] })).toEqual({ shapes: { ids: [2, 7], mask: [2, 7] }, assumed: [] });
});

test('a wished shape decides everything about its input', () => {
  const { shapes, assumed } = resolve([input('image', ['n', 3, 'h', 'w'])], 1, { image: [5, 3, 96, 64] });
  expect({ shapes, assumed }).toEqual({ shapes: { image: [5, 3, 96, 64] }, assumed: [] });
});

test.each([
  { what: 'a wished shape of another rank', wished: { image: [1, 3, 32] }, says: /image is declared as \?×3×\?×\?/ },
  { what: 'one that contradicts a fixed dimension', wished: { image: [1, 4, 32, 32] }, says: /1×4×32×32 does not fit/ },
  { what: 'a name that is no input', wished: { picture: [1, 3, 32, 32] }, says: /picture, which is no input/ },
])('$what is refused by name', ({ wished, says }) => {
  const attempt = () => resolve([input('image', ['', 3, '', ''])], 1, wished);
  expect(attempt).toThrow(says);
  expect(attempt).toThrow(
    expect.objectContaining({ code: 'input-unresolved', hint: expect.stringContaining('image') }),
  );
});

test('a batch that a fixed model cannot take is refused, not ignored', () => {
  expect(() => resolve([input('x', [1, 3, 32, 32])], 8)).toThrow(/batch of 8 .* x 1×3×32×32/);
  expect(resolve([input('x', [8, 3, 32, 32])], 8).shapes).toEqual({ x: [8, 3, 32, 32] });
});

test('dimensions of which nothing is known name the input and the option', () => {
  const cube = input('cube', ['a', 'b', 'c', 'd', 'e', 'f']);
  expect(() => resolve([cube])).toThrow(/input cube has 6 dimensions/);
  expect(() => resolve([cube])).toThrow(expect.objectContaining({ hint: 'give the shape of cube in inputShapes' }));
});
