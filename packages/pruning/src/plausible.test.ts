import { GraphBuilder, type OnnxModel } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import type { TensorShapes } from './block.js';
import { findFilterGroups } from './filters/find-groups.js';
import { findBlocks } from './find.js';
import { assertFewChannels, isPlausible, plausibleShapes } from './plausible.js';

const SHAPES: TensorShapes = new Map(
  ['x', 'a_out', 'b_out'].map((name) => [name, { elementType: 'float32', dims: [1, 4, 8, 8] }]),
);

/** Two convolutions, of which the second one says that it has so many groups. */
function grouped(group: number): OnnxModel {
  const g = new GraphBuilder('grouped');
  const a = g.conv('a', g.input('x', 'float32', [1, 4, 8, 8]), { out: 4 });
  const b = g.node('Conv', [a, g.uniform('b.weight', [4, 1, 3, 3], [0, 1])], { group }, { name: 'b' });
  return g.output(b).build();
}

test.each([2 ** 40, 3, 0, -1])(
  'a convolution that declares %d groups for four filters takes no channel with it',
  (group) => {
    expect(findFilterGroups(grouped(group), SHAPES).filter(({ prunable }) => prunable)).toEqual([]);
  },
);

test('a constant that fills more than any memory is no weight', () => {
  const g = new GraphBuilder('filled');
  const shape = g.ints('shape', [2 ** 31, 4, 2 ** 20]);
  const weight = g.node('ConstantOfShape', [shape], {}, { name: 'weight' });
  const x = g.input('x', 'float32', [1, 4, 8, 8]);
  const model = g.output(g.node('Conv', [x, weight], {}, { name: 'a' })).build();
  expect(findFilterGroups(model, SHAPES)).toEqual([]);
  expect(findBlocks(model, SHAPES, 'layer').map(({ parameters }) => parameters)).toEqual([0]);
});

test('shapes that no run can have had are as good as none', () => {
  const absurd = [[1, 2 ** 31], [2 ** 20, 2 ** 20], [-1], [0.5], [Number.NaN], [0, 2 ** 40]];
  const shapes = absurd.map((dims, index) => [`t${index}`, { elementType: 'float32' as const, dims }] as const);
  expect([...plausibleShapes(new Map([...SHAPES, ...shapes])).keys()]).toEqual([...SHAPES.keys()]);
  expect(plausibleShapes(SHAPES)).toBe(SHAPES);
  expect(isPlausible([64, 512, 4096])).toBe(true);
});

test('more channels than memory should be set aside for are refused with a code', () => {
  expect(() => assertFewChannels(2 ** 20)).not.toThrow();
  for (const count of [2 ** 24, Number.POSITIVE_INFINITY, Number.NaN, -1]) {
    expect(() => assertFewChannels(count)).toThrow(expect.objectContaining({ code: 'model-too-large' }));
  }
});
