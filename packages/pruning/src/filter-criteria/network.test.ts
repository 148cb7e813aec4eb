import { constantData, editGraph, type OnnxModel } from '@espalier/onnx';
import { buildZooModel } from '@espalier/zoo';
import { beforeAll, expect, test } from '@jest/globals';
import type { TensorShapes } from '../block.js';
import { filterCriteria } from '../criteria-of-filters.js';
import { findFilterGroups } from '../filters/find-groups.js';
import type { FilterGroup } from '../filters/group.js';
import { removeFilters } from '../filters/remove-filters.js';
import { runModel, traceModel } from '../testing/run-model.js';
import { chooseFilters } from './choose-filters.js';
import { scoreFilters } from './score-filters.js';

const IMAGE = { input: [1, 3, 32, 32] };
const NAMES = filterCriteria.map(({ name }) => name);

let model: OnnxModel;
let shapes: TensorShapes;
let groups: readonly FilterGroup[];
beforeAll(async () => {
  model = buildZooModel('resnet20');
  shapes = await traceModel(model, IMAGE);
  groups = findFilterGroups(model, shapes);
});

/** The model with the numbers of some filters of a layer replaced by those of another filter, times a factor. */
function withCopy(layer: string, from: number, to: number, factor: number): OnnxModel {
  const tensor = model.graph.constantTensor(`${layer}.weight`);
  const values = Float32Array.from(tensor?.toFloat32() ?? []);
  const size = values.length / (tensor?.dims[0] ?? 1);
  for (let index = 0; index < size; index++) {
    values[to * size + index] = factor * (values[from * size + index] ?? 0);
  }
  return editGraph(model, {
    setConstants: new Map([[`${layer}.weight`, constantData(tensor?.dims ?? [], values)]]),
  });
}

test.each(NAMES)('%s scores every filter of every prunable group of a residual network', (criterion) => {
  const { scores, reasons } = scoreFilters(model, groups, criterion);
  for (const { name, filters, prunable } of groups) {
    expect([name, scores.get(name)?.length]).toEqual([name, prunable ? filters : undefined]);
    expect([name, reasons.has(name)]).toEqual([name, !prunable]);
  }
});

test.each(NAMES)('what %s chooses globally can be removed, and the model runs', async (criterion) => {
  const keep = chooseFilters(model, shapes, groups, { criterion, scope: 'global', rate: 0.4, multipleOf: 4 });
  expect(keep.size).toBeGreaterThan(0);
  for (const kept of keep.values()) expect(kept.length % 4).toBe(0);
  const { logits } = await runModel(removeFilters(model, shapes, keep), IMAGE);
  expect(logits?.dims).toEqual([1, 10]);
});

test('l2 of a layer on its own is what the weights of its filters add up to', () => {
  const tensor = model.graph.constantTensor('layer1.0.conv1.weight');
  const values = tensor?.toFloat64() ?? new Float64Array();
  const size = values.length / 16;
  const { scores } = scoreFilters(model, groups, 'l2');
  for (const [filter, score] of scores.get('layer1.0.conv1')?.entries() ?? []) {
    const own = values.subarray(filter * size, (filter + 1) * size);
    expect(score).toBeCloseTo(
      own.reduce((sum, value) => sum + value * value, 0),
      9,
    );
  }
  expect(scores.get('layer1.0.conv1')).toHaveLength(16);
});

test('a filter that is a weaker copy of another one has the lowest cluster score', () => {
  const { scores } = scoreFilters(withCopy('layer2.1.conv1', 3, 20, 0.5), groups, 'cluster');
  const own = [...(scores.get('layer2.1.conv1') ?? [])];
  expect(own.indexOf(Math.min(...own))).toBe(20);
});

test.each(['l1', 'l2'] as const)('a filter of zeros has the lowest %s score, and goes first', (criterion) => {
  const zeroed = withCopy('layer2.1.conv1', 0, 20, 0);
  const { scores } = scoreFilters(zeroed, groups, criterion);
  expect(scores.get('layer2.1.conv1')?.[20]).toBe(0);
  const keep = chooseFilters(zeroed, shapes, groups, { criterion, rate: 1 / 32 });
  expect(keep.get('layer2.1.conv1')).not.toContain(20);
});

test('folded norms leave bn-scale nothing to score, and the error says what to do', () => {
  const folded = buildZooModel('resnet20', { batchNorm: 'folded' });
  expect(() => scoreFilters(folded, groups, 'bn-scale')).toThrow(
    expect.objectContaining({ code: 'criterion-not-applicable', hint: expect.stringContaining('l2') }),
  );
});
