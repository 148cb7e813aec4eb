import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FilterGroup } from '../filters/group.js';
import { type LossOf, largestRates } from './largest-rates.js';

function groupOf(name: string, filters: number, prunable = true): FilterGroup {
  return { name, filters, prunable, producers: [name], consumers: [], parameters: 0, slices: [] };
}

/** Scores that rise with the index, so that the filters with the lowest indices go first. */
const rising = (filters: number): number[] => Array.from({ length: filters }, (_, index) => index);

/** A loss that is 1 plus, for each group, what losing that many of its filters costs. */
function lossBy(
  cost: Readonly<Record<string, (gone: number) => number>>,
  sizes: Readonly<Record<string, number>>,
): LossOf {
  return (keep) => {
    let loss = 1;
    for (const [name, kept] of keep) loss += cost[name]?.((sizes[name] ?? 0) - kept.length) ?? 0;
    return Promise.resolve(loss);
  };
}

test('every group gets the largest rate whose loss alone stays within the threshold', async () => {
  const sizes = { robust: 16, fragile: 16, useless: 16 };
  const cost = { robust: (gone: number) => gone * 0.01, fragile: (gone: number) => gone * 0.1, useless: () => 0 };
  const scores = new Map(Object.entries(sizes).map(([name, filters]) => [name, rising(filters)]));
  const groups = Object.entries(sizes).map(([name, filters]) => groupOf(name, filters));
  const { loss, groups: rates } = await largestRates(groups, lossBy(cost, sizes), { scores, threshold: 0.055 });
  expect(loss).toBe(1);
  expect(rates.map(({ group, rate }) => [group, rate])).toEqual([
    ['robust', 5 / 16],
    ['fragile', 0],
    ['useless', 15 / 16],
  ]);
});

test('the filters that go are those of the lowest scores', async () => {
  const seen: (readonly number[])[] = [];
  const lossOf: LossOf = (keep) => {
    for (const kept of keep.values()) seen.push(kept);
    return Promise.resolve(1);
  };
  const scores = new Map([['a', [3, 1, 2, 0]]]);
  await largestRates([groupOf('a', 4)], lossOf, { scores, threshold: 0.1, steps: 4 });
  expect(seen.at(-1)).toEqual([0]);
  expect(seen[0]).toEqual([0, 2]);
});

test('groups that cannot be pruned or have no scores are left out, the others are counted as they are done', async () => {
  const done: [number, number][] = [];
  const { groups } = await largestRates(
    [groupOf('a', 4), groupOf('b', 4, false), groupOf('c', 4), groupOf('d', 4)],
    () => Promise.resolve(1),
    {
      scores: new Map(['a', 'b', 'd'].map((name) => [name, rising(4)])),
      threshold: 0.1,
      onProgress: (count, total) => done.push([count, total]),
    },
  );
  expect(groups.map(({ group }) => group)).toEqual(['a', 'd']);
  expect(done).toEqual([
    [1, 2],
    [2, 2],
  ]);
});

test('a loss that is not a number is beyond, and a loss below that of the whole model is within', async () => {
  const scores = new Map([['a', rising(8)]]);
  const run = (pruned: number): ReturnType<typeof largestRates> =>
    largestRates([groupOf('a', 8)], (keep) => Promise.resolve(keep.size > 0 ? pruned : 1), { scores, threshold: 0.1 });
  expect((await run(Number.NaN)).groups[0]?.rate).toBe(0);
  expect((await run(0.5)).groups[0]?.rate).toBe(7 / 8);
});

test('counts keep to multiples and floors', async () => {
  const counts = new Set<number>();
  const lossOf: LossOf = (keep) => {
    for (const kept of keep.values()) counts.add(kept.length);
    return Promise.resolve(1);
  };
  const scores = new Map([['a', rising(64)]]);
  const options = { scores, threshold: 0.1, multipleOf: 8, minFilters: 20 };
  const { groups } = await largestRates([groupOf('a', 64)], lossOf, options);
  expect(groups[0]?.rate).toBe(1 - 24 / 64);
  expect([...counts].every((count) => count % 8 === 0 && count >= 24)).toBe(true);
});

test('every layer of a group is left something, and the rate counts what stays', async () => {
  const scores = new Map([['a', rising(8)]]);
  const group = { ...groupOf('a', 8), needsOneOf: [[0], [1], [7]] };
  const { groups } = await largestRates([group], () => Promise.resolve(1), { scores, threshold: 0.1 });
  expect(groups[0]?.rate).toBe(1 - 3 / 8);
});

test('for any loss, the rate was seen to be within, the next of the grid beyond, and few losses were computed', async () => {
  const cases = fc.record({
    losses: fc.array(fc.constantFrom(0.9, 1, 1.05, 1.2), { minLength: 2, maxLength: 40 }),
    steps: fc.constantFrom(4, 16, 64),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ losses, steps }) => {
      const filters = losses.length;
      let calls = 0;
      const lossOf: LossOf = (keep) => {
        calls++;
        const gone = filters - (keep.get('a')?.length ?? filters);
        return Promise.resolve(gone === 0 ? 1 : (losses[gone] ?? 1));
      };
      const scores = new Map([['a', rising(filters)]]);
      const { groups } = await largestRates([groupOf('a', filters)], lossOf, { scores, threshold: 0.1, steps });
      const [{ rate, curve } = { rate: -1, curve: [] }] = groups;
      expect(calls).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(steps + 1)));
      expect(curve[0]).toEqual({ rate: 0, loss: 1 });
      expect(curve.find((point) => point.rate === rate)?.loss).toBeLessThanOrEqual(1.1);
      const above = curve.filter((point) => point.rate > rate);
      expect(above.every((point) => point.loss > 1.1)).toBe(true);
      // Nothing fails only where the whole grid is within.
      expect(above.length > 0 || rate === 1 - 1 / filters).toBe(true);
    }),
    { seed: 1 },
  );
});
