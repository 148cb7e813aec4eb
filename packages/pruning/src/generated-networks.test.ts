import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findBlocks } from './find.js';
import { removeBlocks } from './remove.js';
import { NETWORK_SEED, networkOf, type Piece, widthsOf } from './testing/networks.js';
import { runModel, traceModel, valuesOf } from './testing/run-model.js';

/** Few widths, so that a piece often keeps the width of the one in front. */
const widths = fc.constantFrom(8, 8, 8, 12);

function pieces(kind: fc.Arbitrary<Piece['kind']>): fc.Arbitrary<Piece[]> {
  const piece = fc.record({
    kind,
    out: widths,
    size: fc.integer({ min: 2, max: 3 }),
    hasNorm: fc.boolean(),
    isNoisy: fc.boolean(),
  });
  return fc.array(piece, { minLength: 1, maxLength: 6 });
}

interface Expected {
  readonly piece: number;
  readonly removable: boolean;
}

function keepsWidth(all: readonly Piece[]): boolean[] {
  const before = widthsOf(all);
  return all.map(({ out }, index) => out === before[index]);
}

/** Finds the blocks, compares them with the pieces, removes some, and compares with a network built without them. */
async function expectBlocks(
  all: readonly Piece[],
  expected: readonly Expected[],
  chosen: readonly boolean[],
): Promise<void> {
  const model = networkOf(all);
  const shapes = await traceModel(model);
  const blocks = findBlocks(model, shapes, 'block').filter(({ name }) => name.startsWith('piece'));
  expect(blocks.map(({ name, removable }) => ({ piece: Number(/\d+/.exec(name)?.[0]), removable }))).toEqual(expected);

  const remove = blocks.filter(({ removable }, index) => removable && chosen[index % chosen.length]);
  const indices = remove.map(({ index }) => index);
  // New weights follow from seed and name: with the seed of the network they are those that it is built with.
  const pruned = removeBlocks(model, shapes, { granularity: 'block', remove: indices, seed: NETWORK_SEED });
  const omit = remove.map(({ name }) => Number(/\d+/.exec(name)?.[0]));
  const [found, wanted] = [await runModel(pruned.model), await runModel(networkOf(all, { omit }))];
  expect(valuesOf(found['y'])).toEqual(valuesOf(wanted['y']));
}

const choices = fc.array(fc.boolean(), { minLength: 1, maxLength: 6 });

test('in a plain network every convolution unit is a block that can go, whatever the width that arrives behind it', async () => {
  await fc.assert(
    fc.asyncProperty(pieces(fc.constant('unit')), choices, async (all, chosen) => {
      const expected = all.map((_, piece) => ({ piece, removable: true }));
      await expectBlocks(all, expected, chosen);
    }),
    { numRuns: 30, seed: 1 },
  );
});

test('in a network of residual blocks, modules and factorised convolutions each of them is a block', async () => {
  await fc.assert(
    fc.asyncProperty(pieces(fc.constantFrom('residual', 'modules', 'separable')), choices, async (all, chosen) => {
      const expected = keepsWidth(all).map((removable, piece) => ({ piece, removable }));
      await expectBlocks(all, expected, chosen);
    }),
    { numRuns: 30, seed: 2 },
  );
});

test('among larger blocks a single convolution unit counts where it lies between them and keeps the width', async () => {
  await fc.assert(
    fc.asyncProperty(pieces(fc.constantFrom('unit', 'residual')), choices, async (all, chosen) => {
      const first = all.findIndex(({ kind }) => kind === 'residual');
      const last = all.findLastIndex(({ kind }) => kind === 'residual');
      const inResiduals = all.reduce((sum, { kind, size }) => sum + (kind === 'residual' ? size : 0), 0);
      // The stem, the head and the units outside weigh less than three times the residual blocks: a modular network.
      fc.pre(inResiduals * 3 >= all.length + 2);
      const expected = keepsWidth(all).flatMap((removable, piece) => {
        const isUnit = all[piece]?.kind === 'unit';
        return !isUnit || (removable && piece > first && piece < last) ? [{ piece, removable }] : [];
      });
      await expectBlocks(all, expected, chosen);
    }),
    { numRuns: 30, seed: 3 },
  );
});

test('at granularity layer the regions of any generated network can all go together', async () => {
  const kinds = fc.constantFrom<Piece['kind'][]>('unit', 'residual', 'modules', 'separable');
  await fc.assert(
    fc.asyncProperty(pieces(kinds), choices, async (all, chosen) => {
      const model = networkOf(all);
      const shapes = await traceModel(model);
      const layers = findBlocks(model, shapes, 'layer');
      const nodes = layers.flatMap((layer) => layer.nodes);
      expect(new Set(nodes).size).toBe(nodes.length);
      const remove = layers.filter(({ removable }, index) => removable && chosen[index % chosen.length]);
      const pruned = removeBlocks(model, shapes, { granularity: 'layer', remove: remove.map(({ index }) => index) });
      const outputs = await runModel(pruned.model);
      expect(outputs['y']?.dims).toEqual([1, 5]);
      expect(pruned.model.graph.nodes.some(({ name }) => remove.some((layer) => layer.nodes.includes(name)))).toBe(
        false,
      );
    }),
    { numRuns: 30, seed: 4 },
  );
});
