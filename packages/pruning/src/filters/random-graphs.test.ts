import { seededRandom } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomGraph } from '../testing/random-graph.js';
import { randomKeep } from '../testing/random-filters.js';
import { runModel, traceModel, valuesOf } from '../testing/run-model.js';
import { findFilterGroups } from './find-groups.js';
import { maskFilters } from './mask-filters.js';
import { removeFilters } from './remove-filters.js';

test('any graph computes without some filters what it computes with their weights at zero', async () => {
  let pruned = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 1_000_000 }), async (seed) => {
      const model = randomGraph(seed);
      const shapes = await traceModel(model);
      const groups = findFilterGroups(model, shapes).filter(({ mixedBy }) => mixedBy === undefined);
      const keep = randomKeep(groups, seededRandom(seed), 0.5);
      if (keep.size > 0) pruned++;
      const expected = await runModel(maskFilters(model, groups, keep));
      const found = await runModel(removeFilters(model, shapes, keep));
      for (const { name } of model.graph.outputs) {
        const values = valuesOf(expected[name]);
        const size = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
        expect(valuesOf(found[name]).map((value) => value / size)).toEqual(
          values.map((value): unknown => expect.closeTo(value / size, 4)),
        );
      }
    }),
    { numRuns: 40, seed: 1 },
  );
  expect(pruned).toBeGreaterThan(20);
});
