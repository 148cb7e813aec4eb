import { seededRandom } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { filterModel } from '../testing/filter-model.js';
import { averageLinkage } from './average-linkage.js';
import { clusterScores } from './cluster.js';
import { type FilterRows, filterRows, normalisedRows } from './filter-rows.js';
import { meanDistances } from './fpgm.js';
import { bestFilters } from './keep-count.js';
import { PairTable, squaredDistances } from './pairwise.js';
import { reciprocalScores } from './reciprocal-neighbours.js';
import { weightSlices } from './slice-values.js';

function rowsOf(rows: readonly (readonly number[])[]): FilterRows {
  return { count: rows.length, length: rows[0]?.length ?? 0, values: Float32Array.from(rows.flat()) };
}

/** Euclidean distance, the plain way. */
function distance(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt(a.reduce((sum, value, index) => sum + (value - (b[index] ?? 0)) ** 2, 0));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Filters of small whole numbers: exact in float32, with ties and duplicates among them. */
function matrices(limits: { least: number; most: number }): fc.Arbitrary<number[][]> {
  return fc
    .record({ filters: fc.integer({ min: 1, max: 11 }), length: fc.integer({ min: 1, max: 5 }) })
    .chain(({ filters, length }) =>
      fc.array(
        fc.array(fc.integer({ min: limits.least, max: limits.most }), { minLength: length, maxLength: length }),
        {
          minLength: filters,
          maxLength: filters,
        },
      ),
    );
}

const matrix = matrices({ least: -6, most: 6 });

const never = (): number => 0;

test('distances of all pairs are those of each pair', () => {
  fc.assert(
    fc.property(matrix, (rows) => {
      const table = squaredDistances(rowsOf(rows));
      for (const [a, first] of rows.entries()) {
        for (const [b, second] of rows.entries()) expect(table.at(a, b)).toBeCloseTo(distance(first, second) ** 2, 9);
      }
    }),
    { seed: 1 },
  );
});

test('fpgm is the mean of the Euclidean distances to all other filters', () => {
  fc.assert(
    fc.property(matrix, (rows) => {
      const others = Math.max(1, rows.length - 1);
      const expected = rows.map((row) => sum(rows.map((other) => distance(row, other))) / others);
      for (const [filter, score] of meanDistances(rowsOf(rows)).entries()) {
        expect(score).toBeCloseTo(expected[filter] ?? Number.NaN, 9);
      }
    }),
    { seed: 1 },
  );
});

test('the least filter by fpgm minimises the sum of distances, as the geometric median does', () => {
  const points = [
    [0, 0],
    [10, 0],
    [0, 10],
    [10, 10],
    [4, 5],
  ];
  const scores = [...meanDistances(rowsOf(points))];
  expect(scores.indexOf(Math.min(...scores))).toBe(4);
  // Near the true geometric median no filter can be farther from the others than the best on a fine grid is.
  let best = Number.POSITIVE_INFINITY;
  for (let x = 0; x <= 10; x += 0.25) {
    for (let y = 0; y <= 10; y += 0.25) best = Math.min(best, sum(points.map((point) => distance([x, y], point))) / 4);
  }
  expect(scores[4]).toBeGreaterThanOrEqual(best);
  expect(scores[4]).toBeLessThan(best * 1.05);
});

test('a copy of the filter in the middle of the others has the lowest fpgm score', () => {
  const rows = [
    [1, 0],
    [-1, 0],
    [0, 3],
    [0, 0],
    [0, 0],
  ];
  const scores = [...meanDistances(rowsOf(rows))];
  expect(scores[3]).toBe(scores[4]);
  expect(Math.min(...scores)).toBe(scores[3]);
});

/** The filters that stay by the definition: growing k, sets of nearest filters, their intersection. */
function intersections(rows: readonly (readonly number[])[], count: number): { sure: number[]; drawn: number[] } {
  const nearest = rows.map((row) =>
    rows
      .map((other, index) => ({ index, far: distance(row, other) }))
      .sort((a, b) => a.far - b.far || a.index - b.index)
      .map(({ index }) => index),
  );
  const common = (k: number): number[] =>
    rows.flatMap((_, index) => (nearest.every((order) => order.slice(0, k).includes(index)) ? [index] : []));
  let k = 0;
  while (common(k).length < count) k++;
  const sure = common(k - 1);
  return { sure, drawn: common(k).filter((index) => !sure.includes(index)) };
}

test('clr-rnf keeps the filters that are among the k nearest of all for the smallest k that is enough', () => {
  fc.assert(
    fc.property(matrix, fc.nat(), (rows, wish) => {
      const count = 1 + (wish % rows.length);
      const kept = bestFilters(reciprocalScores(rowsOf(rows), seededRandom(wish)), count);
      const { sure, drawn } = intersections(rows, count);
      expect(kept).toEqual(expect.arrayContaining(sure));
      expect(kept.every((filter) => sure.includes(filter) || drawn.includes(filter))).toBe(true);
    }),
    { seed: 1 },
  );
});

test('clr-rnf of four filters on a line, by hand', () => {
  // Orders of the neighbours of 0, 1, 3, 7: (0 1 3 7), (1 0 3 7), (3 1 0 7), (7 3 1 0). Worst ranks: 4, 3, 3, 4.
  expect([...reciprocalScores(rowsOf([[0], [1], [3], [7]]), never)]).toEqual([0, 1, 1, 0]);
});

test('of the filters that clr-rnf has too many, the seed says which go', () => {
  const rows = rowsOf([[0], [1], [3], [7]]);
  const firsts = Array.from({ length: 20 }, (_, seed) => bestFilters(reciprocalScores(rows, seededRandom(seed)), 1));
  expect(new Set(firsts.flat())).toEqual(new Set([1, 2]));
});

/** Average linkage by the definition: all pairs of clusters, means over all pairs of members. */
function plainLinkage(rows: readonly (readonly number[])[]): { members: number[]; height: number }[] {
  let clusters = rows.map((_, index) => [index]);
  const merges: { members: number[]; height: number }[] = [];
  while (clusters.length > 1) {
    const pairs = clusters.flatMap((a, i) =>
      clusters.slice(0, i).map((b) => {
        const all = a.flatMap((x) => b.map((y) => distance(rows[x] ?? [], rows[y] ?? [])));
        return { a, b, height: sum(all) / all.length };
      }),
    );
    const [best] = pairs.sort((p, q) => p.height - q.height);
    if (!best) break;
    const members = [...best.a, ...best.b].sort((x, y) => x - y);
    clusters = [...clusters.filter((cluster) => cluster !== best.a && cluster !== best.b), members];
    merges.push({ members, height: best.height });
  }
  return merges;
}

test('average linkage joins the clusters that are nearest in the mean of all pairs', () => {
  const random = seededRandom(3);
  for (let round = 0; round < 30; round++) {
    const rows = Array.from({ length: 2 + (round % 9) }, () => Array.from({ length: 3 }, () => random() - 0.5));
    const table = new PairTable(rows.length);
    for (const [a, first] of rows.entries()) {
      for (const [b, second] of rows.entries()) if (b < a) table.set(a, b, distance(first, second));
    }
    const heights = averageLinkage(table)
      .map(({ height }) => height)
      .sort((a, b) => a - b);
    const expected = plainLinkage(rows).map(({ height }) => height);
    expect(heights).toHaveLength(expected.length);
    for (const [index, height] of heights.entries()) expect(height).toBeCloseTo(expected[index] ?? Number.NaN, 12);
  }
});

test('for every count, cluster keeps the strongest filter of each of as many clusters of directions', () => {
  const random = seededRandom(4);
  for (let round = 0; round < 30; round++) {
    const rows = Array.from({ length: 2 + (round % 9) }, () => Array.from({ length: 3 }, () => random() * 2 - 1));
    const strength = (filter: number): number => distance(rows[filter] ?? [], [0, 0, 0]);
    const directions = rows.map((row, filter) => row.map((value) => value / strength(filter)));
    const scores = clusterScores(rowsOf(rows));
    let clusters = rows.map((_, index) => [index]);
    for (const { members } of plainLinkage(directions)) {
      clusters = [...clusters.filter((cluster) => !cluster.every((filter) => members.includes(filter))), members];
      const strongest = clusters.map((cluster) => [...cluster].sort((a, b) => strength(b) - strength(a))[0] ?? -1);
      expect(bestFilters(scores, clusters.length)).toEqual(strongest.sort((a, b) => a - b));
    }
  }
});

test('of two filters of one direction the weaker has the lowest cluster score, and filters of zeros have none', () => {
  const rows = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 3, 0],
    [0, 0, 1],
    [0, 0, 0],
  ];
  const scores = clusterScores(rowsOf(rows));
  expect([scores[1], scores[4]]).toEqual([0, 0]);
  expect([0, 2, 3].every((filter) => (scores[filter] ?? 0) > 1)).toBe(true);
  expect([...clusterScores(rowsOf([[0], [0]]))]).toEqual([0, 0]);
});

test.each([
  ['fpgm', meanDistances],
  ['clr-rnf', (rows: FilterRows) => reciprocalScores(rows, never)],
  ['cluster', clusterScores],
])('%s of permuted filters is the permuted scores', (_, score) => {
  const random = seededRandom(5);
  for (let round = 0; round < 20; round++) {
    const rows = Array.from({ length: 2 + round }, () => Array.from({ length: 4 }, () => random() - 0.5));
    const [plain, turned] = [score(rowsOf(rows)), score(rowsOf(rows.toReversed())).toReversed()];
    for (const [filter, value] of plain.entries()) expect(turned[filter]).toBeCloseTo(value, 9);
  }
});

test.each([
  ['fpgm', meanDistances, 3],
  ['clr-rnf', (rows: FilterRows) => reciprocalScores(rows, never), 1],
  ['cluster', clusterScores, 1],
])('scaling all weights of a layer by −3 scales %s by a constant', (_, score, factor) => {
  fc.assert(
    fc.property(matrix, (rows) => {
      const scaled = score(rowsOf(rows.map((row) => row.map((value) => -3 * value))));
      for (const [filter, value] of score(rowsOf(rows)).entries())
        expect(scaled[filter]).toBeCloseTo(factor * value, 5);
    }),
    { seed: 1 },
  );
});

test('rows of norm 1 keep their direction, and rows of zeros stay', () => {
  const { values } = normalisedRows(
    rowsOf([
      [3, -4],
      [0, 0],
    ]),
  );
  expect([...values].map((value) => Number(value.toFixed(6)))).toEqual([0.6, -0.8, 0, 0]);
});

test('rows that are too long to compare are folded: equal ones stay equal, distances are kept about', () => {
  const random = seededRandom(6);
  const rows = Array.from({ length: 12 }, () => Array.from({ length: 5000 }, () => random() - 0.5));
  const makes = [[...rows, rows[0] ?? []]];
  const { model, groups } = filterModel({ a: { makes } });
  const slices = groups[0] === undefined ? [] : weightSlices(model.graph, groups[0], 'makes');
  if (typeof slices === 'string') throw new Error(slices);
  const filters = Array.from({ length: 13 }, (_, filter) => filter);
  const [whole, folded] = [filterRows(slices, filters), filterRows(slices, filters, 1024)];
  expect([whole.length, folded.length]).toEqual([5000, 1024]);
  const [exact, near] = [squaredDistances(whole), squaredDistances(folded)];
  expect(near.at(0, 12)).toBe(0);
  // A relative standard deviation of √(2 / 1024) = 4.4 %: four of them for 66 pairs.
  for (let a = 0; a < 12; a++) {
    for (let b = 0; b < a; b++) expect(Math.abs(near.at(a, b) / exact.at(a, b) - 1)).toBeLessThan(0.18);
  }
});
