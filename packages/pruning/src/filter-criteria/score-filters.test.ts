import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { filterCriteria } from '../criteria-of-filters.js';
import { filterModel, type GroupNumbers } from '../testing/filter-model.js';
import { scoreFilters } from './score-filters.js';

const NAMES = filterCriteria.map(({ name }) => name);

/** The scores of a model with one group, named `a`. */
function scoresOf(criterion: (typeof NAMES)[number], numbers: GroupNumbers): number[] {
  const { model, groups } = filterModel({ a: numbers });
  return [...(scoreFilters(model, groups, criterion).scores.get('a') ?? [])];
}

test('l1 and l2 add up the weights of a filter, as a mean over the layers that make its channel', () => {
  const makes = [
    [
      [1, -2],
      [3, 0],
      [0, -5],
    ],
    [[-1], [4]],
  ];
  expect(scoresOf('l1', { makes })).toEqual([(1 + 2 + 1) / 2, (3 + 4) / 2, 5]);
  expect(scoresOf('l2', { makes })).toEqual([(1 + 4 + 1) / 2, (9 + 16) / 2, 25]);
});

test('fpgm is the mean distance to the other filters, as a mean over the layers that make the channel', () => {
  const makes = [
    [[0], [3], [9]],
    [[1], [2]],
  ];
  expect(scoresOf('fpgm', { makes })).toEqual([((3 + 9) / 2 + 1) / 2, ((3 + 6) / 2 + 1) / 2, (9 + 6) / 2]);
});

test('a filter of several channels has the sum of their weights, and the mean of their scales', () => {
  const { model, groups } = filterModel({ a: { makes: [[[1], [2], [3], [4]]], scales: [[1, 2, 3, 5]] } });
  const pairs = groups.map((group) => ({
    ...group,
    filters: 2,
    slices: group.slices.map((slice) => ({ ...slice, indicesOf: (filter: number) => [filter, filter + 2] })),
  }));
  expect([...(scoreFilters(model, pairs, 'l1').scores.get('a') ?? [])]).toEqual([1 + 3, 2 + 4]);
  expect([...(scoreFilters(model, pairs, 'bn-scale').scores.get('a') ?? [])]).toEqual([2, 3.5]);
  expect([...(scoreFilters(model, pairs, 'fpgm').scores.get('a') ?? [])]).toEqual([Math.SQRT2, Math.SQRT2]);
});

test('bn-scale is the mean of |γ| over the norms that a channel passes', () => {
  expect(scoresOf('bn-scale', { makes: [[[1], [1]]], scales: [[-0.5, 2]] })).toEqual([0.5, 2]);
  expect(
    scoresOf('bn-scale', {
      makes: [[[1], [1]]],
      scales: [
        [-0.5, 2],
        [1.5, -3],
      ],
    }),
  ).toEqual([1, 2.5]);
});

test('random scores follow from the seed and the name of the group alone', () => {
  const makes = [[[1], [1], [1]]];
  const two = filterModel({ other: { makes }, a: { makes } });
  const scores = scoreFilters(two.model, two.groups, 'random').scores;
  expect([...(scores.get('a') ?? [])]).toEqual(scoresOf('random', { makes }));
  expect(scores.get('a')).not.toEqual(scores.get('other'));
  expect(scoreFilters(two.model, two.groups, 'random', { seed: 2 }).scores.get('a')).not.toEqual(scores.get('a'));
});

test('groups that cannot be pruned, and those to which a criterion does not apply, have a reason and no scores', () => {
  const makes = [[[1], [1]]];
  const { model, groups } = filterModel({
    a: { makes, scales: [[1, 2]] },
    b: { makes },
    c: { makes, scales: [[1, 2]], prunable: false },
  });
  const { scores, reasons } = scoreFilters(model, groups, 'bn-scale');
  expect([...scores.keys()]).toEqual(['a']);
  expect([...reasons]).toEqual([
    ['b', 'no batch normalisation scales its channels'],
    ['c', 'feeds a second output'],
  ]);
});

test('a criterion that applies to no group is refused, and the error says what to do', () => {
  const { model, groups } = filterModel({ a: { makes: [[[1], [1]]] } });
  expect(() => scoreFilters(model, groups, 'bn-scale')).toThrow(
    expect.objectContaining({ code: 'criterion-not-applicable', hint: expect.stringContaining('l2') }),
  );
});

test('weights that are not finite are refused, and the filter is named', () => {
  const { model, groups } = filterModel({ a: { makes: [[[1], [Number.NaN]]] } });
  expect(() => scoreFilters(model, groups, 'l2')).toThrow(
    expect.objectContaining({ code: 'importance-invalid', message: expect.stringContaining('filter 1 of "a"') }),
  );
});

/** Filters of distinct small whole numbers, so that float32 weights are exact and nothing ties by chance. */
const layers = fc
  .record({ filters: fc.integer({ min: 2, max: 8 }), length: fc.integer({ min: 1, max: 4 }) })
  .chain(({ filters, length }) =>
    fc.array(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: length, maxLength: length }), {
      minLength: filters,
      maxLength: filters,
    }),
  );

test.each(['l2', 'fpgm', 'clr-rnf', 'cluster'] as const)('%s refuses weights that are not finite', (criterion) => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const { model, groups } = filterModel({ a: { makes: [[[1], [2], [bad], [3]]] } });
    expect(() => scoreFilters(model, groups, criterion)).toThrow(
      expect.objectContaining({ code: 'importance-invalid', message: expect.stringContaining('filter 2 of "a"') }),
    );
  }
});

test('dafp is the scale of the norm times the norm of the weights that read the channel', () => {
  const reads = [
    [3, 1],
    [-4, 0],
  ];
  expect(scoresOf('dafp', { makes: [[[1], [1]]], scales: [[-2, 0.5]], reads })).toEqual([2 * 5, 0.5 * 1]);
});

test.each([
  ['no norm', { makes: [[[1], [1]]], reads: [[1, 1]] }, 'no batch normalisation scales its channels'],
  ['no reader', { makes: [[[1], [1]]], scales: [[1, 1]] }, 'no layer with weights reads its channels'],
])('dafp does not apply with %s', (_, numbers, reason) => {
  const { model, groups } = filterModel({ a: numbers });
  expect(() => scoreFilters(model, groups, 'dafp')).toThrow(
    expect.objectContaining({ code: 'criterion-not-applicable', message: expect.stringContaining(reason) }),
  );
});

test.each(['clr-rnf', 'cluster'] as const)('%s sees coupled layers as one long filter', (criterion) => {
  const makes = [
    [
      [1, 2],
      [0, 5],
      [3, -1],
    ],
    [[4], [-2], [7]],
  ];
  const long = [
    [
      [1, 2, 4],
      [0, 5, -2],
      [3, -1, 7],
    ],
  ];
  expect(scoresOf(criterion, { makes })).toEqual(scoresOf(criterion, { makes: long }));
});

test.each(['l1', 'l2'] as const)('%s of permuted filters is the permuted scores', (criterion) => {
  fc.assert(
    fc.property(layers, (rows) => {
      const turned = scoresOf(criterion, { makes: [rows.toReversed()] });
      expect(turned).toEqual(scoresOf(criterion, { makes: [rows] }).toReversed());
    }),
    { seed: 1, numRuns: 30 },
  );
});

test('scaling all weights of a layer by −2 scales l1 by 2 and l2 by 4', () => {
  fc.assert(
    fc.property(layers, (rows) => {
      const scaled = rows.map((row) => row.map((w) => -2 * w));
      expect(scoresOf('l1', { makes: [scaled] })).toEqual(scoresOf('l1', { makes: [rows] }).map((s) => 2 * s));
      expect(scoresOf('l2', { makes: [scaled] })).toEqual(scoresOf('l2', { makes: [rows] }).map((s) => 4 * s));
    }),
    { seed: 1, numRuns: 30 },
  );
});
