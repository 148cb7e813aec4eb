import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findBlocks } from './find.js';
import { removeBlocks } from './remove.js';
import { randomGraph } from './testing/random-graph.js';
import { runModel, traceModel } from './testing/run-model.js';

test.each(['block', 'layer'] as const)(
  'in any graph the blocks at granularity %s are apart, and any of the removable ones can go together',
  async (granularity) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.infiniteStream(fc.boolean()), async (seed, choices) => {
        const model = randomGraph(seed);
        const shapes = await traceModel(model);
        const blocks = findBlocks(model, shapes, granularity);
        const nodes = blocks.flatMap((block) => block.nodes);
        expect(new Set(nodes).size).toBe(nodes.length);

        const chosen = blocks.filter(({ removable }) => removable && choices.next().value);
        const remove = chosen.map(({ index }) => index);
        const pruned = removeBlocks(model, shapes, { granularity, remove }).model;
        const left = new Set(pruned.graph.nodes.map(({ name }) => name));
        expect(chosen.flatMap((block) => block.nodes).filter((name) => left.has(name))).toEqual([]);
        const outputs = await runModel(pruned);
        for (const { name } of model.graph.outputs) expect(outputs[name]?.dims).toEqual(shapes.get(name)?.dims);
      }),
      { numRuns: 60, seed: 1 },
    );
  },
);
