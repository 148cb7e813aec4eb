import { constantData, GraphBuilder } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { slicedTensor } from './slice-tensor.js';

/** Which entries of an axis of some length stay: all, or some. */
const axis = fc
  .integer({ min: 1, max: 7 })
  .chain((dim) =>
    fc.tuple(fc.constant(dim), fc.option(fc.subarray([...Array(dim).keys()], { minLength: 1 }), { nil: undefined })),
  );

test('a sliced tensor has the entries that stay, in their order, along any axes', () => {
  fc.assert(
    fc.property(fc.array(axis, { minLength: 1, maxLength: 4 }), fc.boolean(), (axes, isWide) => {
      const dims = axes.map(([dim]) => dim);
      const count = dims.reduce((total, dim) => total * dim, 1);
      const numbers = Array.from({ length: count }, (_, index) => index);
      const values = isWide ? Float64Array.from(numbers) : Float32Array.from(numbers);
      const g = new GraphBuilder('one');
      g.initializer('w', constantData(dims, values));
      const view = g.output(g.identity('id', 'w'), { elementType: isWide ? 'float64' : 'float32' }).build().graph;
      const tensor = view.initializer('w');
      if (!tensor) throw new Error('the weight is missing');
      const sliced = slicedTensor(
        tensor,
        axes.map(([, kept]) => kept),
      );
      const lists = axes.map(([dim, kept]) => kept ?? [...Array(dim).keys()]);
      const expected = lists.reduce<number[]>(
        (places, list, index) => places.flatMap((place) => list.map((entry) => place * (dims[index] ?? 1) + entry)),
        [0],
      );
      expect(sliced.dims).toEqual(lists.map(({ length }) => length));
      const found = isWide ? new Float64Array(sliced.raw.buffer) : new Float32Array(sliced.raw.buffer);
      expect(Array.from(found)).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});
