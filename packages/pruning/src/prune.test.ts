import { buildZooModel } from '@espalier/zoo';
import { expect, test } from '@jest/globals';
import { findFilterGroups } from './filters/find-groups.js';
import { removeFilters } from './filters/remove-filters.js';
import { prune } from './prune.js';
import { removeBlocks } from './remove.js';
import { networkOf, type Piece } from './testing/networks.js';
import { runModel, traceModel, valuesOf } from './testing/run-model.js';

const residual: Piece = { kind: 'residual', out: 8, size: 2, hasNorm: true, isNoisy: false };
const unit: Piece = { kind: 'unit', out: 12, size: 1, hasNorm: true, isNoisy: false };

test('blocks and filters of one recipe give what removing the one after the other gives', async () => {
  const model = networkOf([residual, residual, unit]);
  const shapes = await traceModel(model);
  const filters = { 'stem.conv': [0, 1, 2, 5, 6], 'piece1.c0.conv': [1, 3], 'piece0.c0.conv': [0] };
  const both = prune(model, shapes, { granularity: 'block', remove: [0], filters, baseSha256: 'ab' });
  const without = removeBlocks(model, shapes, { granularity: 'block', remove: [0] });
  const { 'piece0.c0.conv': _gone, ...left } = filters;
  const expected = removeFilters(without.model, without.shapes, new Map(Object.entries(left)));
  expect(both.removed.map(({ index }) => index)).toEqual([0]);
  expect(valuesOf((await runModel(both.model))['y'])).toEqual(valuesOf((await runModel(expected))['y']));
  expect(JSON.parse(both.model.metadata.get('espalier.recipe') ?? '')).toEqual({
    granularity: 'block',
    remove: [0],
    filters,
  });
  expect(both.model.metadata.get('espalier.base_sha256')).toBe('ab');
});

test('a list of a group whose first layer went is taken by the layers that are left', async () => {
  const model = buildZooModel('mobilenet_v2', { imageSizePx: 32 });
  const dims = { input: [1, 3, 32, 32] };
  const shapes = await traceModel(model, dims);
  const group = findFilterGroups(model, shapes).find(({ producers }) => producers.includes('features.3.conv.2'));
  const kept = [0, 2, 3, 7, 11];
  const { model: pruned, shapes: after } = prune(model, shapes, {
    granularity: 'block',
    remove: [2],
    filters: { [group?.name ?? '']: kept },
  });
  const traced = await traceModel(pruned, dims);
  expect(traced.get('logits')?.dims).toEqual(shapes.get('logits')?.dims);
  expect(pruned.graph.initializer('features.2.conv.2.weight')?.dims[0]).toBe(kept.length);
  for (const [name, { dims: found }] of traced) expect(after.get(name)?.dims).toEqual(found);
});

test('weights that the removal of a block makes anew lose the filters that they would read', async () => {
  const model = buildZooModel('vgg16_bn_cifar');
  const shapes = await traceModel(model, { input: [1, 3, 32, 32] });
  const groups = findFilterGroups(model, shapes);
  const [first, second] = groups.map(({ name }) => name);
  const filters = { [first ?? '']: [0, 5, 9], [second ?? '']: [1, 2] };
  const pruned = prune(model, shapes, { granularity: 'block', remove: [2], filters });
  expect(pruned.reinitialised.map(({ to }) => to)).toEqual([[128, 2, 3, 3]]);
  expect(pruned.model.graph.initializer(pruned.reinitialised[0]?.tensor ?? '')?.dims).toEqual([128, 2, 3, 3]);
  expect(JSON.parse(pruned.model.metadata.get('espalier.reinitialised') ?? '')).toEqual(pruned.reinitialised);
  expect((await runModel(pruned.model, { input: [1, 3, 32, 32] }))['logits']?.dims).toEqual([1, 10]);
});

test('a recipe that names no filters is a recipe for blocks, and the other way round', async () => {
  const model = networkOf([residual, unit]);
  const shapes = await traceModel(model);
  const none = prune(model, shapes, { granularity: 'block', remove: [] });
  expect(valuesOf((await runModel(none.model))['y'])).toEqual(valuesOf((await runModel(model))['y']));
  expect(() => prune(model, shapes, { granularity: 'block', remove: [], filters: { nobody: [0] } })).toThrow(
    expect.objectContaining({ code: 'group-unknown' }),
  );
});
