import { expect, test } from '@jest/globals';
import { fitArrays } from './fit.js';
import { type InputArray, ONLY_INPUT } from './input-data.js';
import type { InputSignature } from './shapes.js';

const floats = (...shape: number[]): InputArray => ({
  elementType: 'float32',
  shape,
  data: new Float32Array(shape.reduce((product, dim) => product * dim, 1)),
});

const image: InputSignature = { name: 'image', elementType: 'float32', dims: ['n', 3, 'h', 'h'] };
const mask: InputSignature = { name: 'mask', elementType: 'float32', dims: ['n', 'h'] };

const fit = (
  inputs: readonly InputSignature[],
  arrays: Record<string, InputArray>,
  batch = 1,
  inputShapes: Record<string, number[]> = {},
) => fitArrays(inputs, new Map(Object.entries(arrays)), { batch, inputShapes });

test('dynamic dimensions take the sizes of the file, and what is for no input is let be', () => {
  const arrays = { image: floats(2, 3, 8, 8), mask: floats(2, 8), other: floats(1) };
  expect([...fit([image, mask], arrays, 2)].map(([name, { shape }]) => [name, shape])).toEqual([
    ['image', [2, 3, 8, 8]],
    ['mask', [2, 8]],
  ]);
});

test('an array without a name is for the only input of a model', () => {
  const only = floats(1, 3, 8, 8);
  expect(fit([image], { [ONLY_INPUT]: only }).get('image')).toBe(only);
  expect(() => fit([image, mask], { [ONLY_INPUT]: only })).toThrow(/no array for input image/);
});

test.each([
  {
    what: 'an input without an array',
    arrays: { mask: floats(1, 8) },
    says: /no array for input image \(n×3×h×h of float32\)/,
  },
  {
    what: 'another element type',
    arrays: { image: { elementType: 'int32', shape: [1, 3, 8, 8], data: new Int32Array(192) }, mask: floats(1, 8) },
    says: /image holds float32, its array in the file int32/,
  },
  {
    what: 'another rank',
    arrays: { image: floats(3, 8, 8), mask: floats(1, 8) },
    says: /image takes 1×3×h×h, its array in the file is 3×8×8/,
  },
  {
    what: 'another fixed size',
    arrays: { image: floats(1, 4, 8, 8), mask: floats(1, 8) },
    says: /image takes 1×3×h×h/,
  },
  {
    what: 'another batch',
    arrays: { image: floats(2, 3, 8, 8), mask: floats(2, 8) },
    says: /image takes 1×3×h×h, .* 2×3×8×8/,
  },
  {
    what: 'one name with two sizes',
    arrays: { image: floats(1, 3, 8, 8), mask: floats(1, 9) },
    says: /mask takes 1×8, .* 1×9/,
  },
])('$what is refused with the name of the input', ({ arrays, says }) => {
  const attempt = () => fit([image, mask], arrays);
  expect(attempt).toThrow(says);
  expect(attempt).toThrow(expect.objectContaining({ code: 'input-data-invalid' }));
});

test('a shape that was asked for has to be that of the file', () => {
  expect(() => fit([image], { image: floats(1, 3, 8, 8) }, 1, { image: [1, 3, 16, 16] })).toThrow(/takes 1×3×16×16/);
});
