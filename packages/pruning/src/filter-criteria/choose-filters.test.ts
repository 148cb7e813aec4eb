import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { filterModel, type GroupNumbers } from '../testing/filter-model.js';
import { chooseFilters, type FilterChoice } from './choose-filters.js';
import { allowedKeep, bestFilters } from './keep-count.js';
import { scoreFilters } from './score-filters.js';

/** Groups of one weight per filter. */
function groupsOf(weights: Readonly<Record<string, readonly number[]>>): Readonly<Record<string, GroupNumbers>> {
  return Object.fromEntries(
    Object.entries(weights).map(([name, values]) => [name, { makes: [values.map((value) => [value])] }]),
  );
}

function chosen(
  weights: Readonly<Record<string, readonly number[]>>,
  choice: FilterChoice,
): Record<string, readonly number[]> {
  const { model, shapes, groups } = filterModel(groupsOf(weights));
  return Object.fromEntries(chooseFilters(model, shapes, groups, choice));
}

test('uniform takes the same share of every group, the least important filters first', () => {
  expect(chosen({ a: [4, 1, 3, 2], b: [10, 30, 20, 40, 60, 50] }, { rate: 0.5 })).toEqual({ a: [0, 2], b: [3, 4, 5] });
});

test('global takes the least important filters of the whole network, each group measured by its own mean', () => {
  const weights = { a: [1, 1, 1, 1], b: [0.001, 0.001, 100, 100] };
  expect(chosen(weights, { scope: 'global', rate: 0.25, criterion: 'l1' })).toEqual({ b: [2, 3] });
});

test('global compares posted scores as they are', () => {
  const scores = new Map([
    ['a', [1, 2, 3, 4]],
    ['b', [10, 20, 30, 40]],
  ]);
  const weights = { a: [1, 1, 1, 1], b: [1, 1, 1, 1] };
  expect(chosen(weights, { scope: 'global', rate: 0.375, scores })).toEqual({ a: [3] });
  expect(chosen(weights, { scope: 'uniform', rate: 0.25, scores })).toEqual({ a: [1, 2, 3], b: [1, 2, 3] });
});

test('scores of a named criterion are compared as that criterion compares', () => {
  const weights = { a: [1, 1, 1, 1], b: [0.001, 0.001, 100, 100] };
  const { model, shapes, groups } = filterModel(groupsOf(weights));
  for (const criterion of ['l1', 'l2', 'random'] as const) {
    const choice = { scope: 'global', rate: 0.25, criterion } as const;
    const { scores } = scoreFilters(model, groups, criterion);
    expect(chooseFilters(model, shapes, groups, { ...choice, scores })).toEqual(
      chooseFilters(model, shapes, groups, choice),
    );
  }
});

test('of filters of equal importance the first stay', () => {
  expect(chosen({ a: [2, 1, 1, 1] }, { rate: 0.5 })).toEqual({ a: [0, 1] });
});

test('rates of single groups go before the rate of all, and such groups take no part in global', () => {
  const weights = { a: [1, 2, 3, 4], b: [1, 2, 3, 4], c: [1, 2, 3, 4] };
  for (const scope of ['uniform', 'global'] as const) {
    expect(chosen(weights, { scope, rate: 0.5, rates: { a: 0, c: 0.75 } })).toEqual({ b: [2, 3], c: [3] });
  }
});

test('masks are taken as they are, groups without scores stay whole', () => {
  const weights = { a: [1, 2, 3, 4], b: [1, 2, 3, 4], c: [1, 2, 3, 4] };
  const choice = { keep: new Map([['a', [3, 0]]]), scores: new Map([['b', [4, 3, 2, 1]]]), multipleOf: 4, rate: 0.5 };
  expect(chosen(weights, { ...choice, multipleOf: 1 })).toEqual({ a: [0, 3], b: [0, 1] });
  expect(chosen(weights, choice)).toEqual({ a: [0, 3] });
});

test('every layer of a group is left something, and then as many filters as the next multiple', () => {
  const numbers = groupsOf({ a: [8, 7, 6, 5, 4, 3, 2, 1] });
  const { model, shapes, groups } = filterModel(numbers);
  const keptOf = (needsOneOf: readonly (readonly number[])[], choice: FilterChoice): readonly number[] | undefined =>
    chooseFilters(
      model,
      shapes,
      groups.map((group) => ({ ...group, needsOneOf })),
      choice,
    ).get('a');
  expect(keptOf([[5, 6]], { rate: 0.5 })).toEqual([0, 1, 2, 5]);
  expect(keptOf([[3], [5], [7]], { rate: 0.75, multipleOf: 2 })).toEqual([0, 3, 5, 7]);
});

test('groups that cannot be pruned stay whole', () => {
  const weights = groupsOf({ a: [1, 2], b: [1, 2] });
  const { model, shapes, groups } = filterModel({ ...weights, b: { makes: [[[1], [2]]], prunable: false } });
  expect([...chooseFilters(model, shapes, groups, { rate: 0.5 }).keys()]).toEqual(['a']);
  expect(() => chooseFilters(model, shapes, groups, { rates: { b: 0.5 } })).toThrow(
    expect.objectContaining({ code: 'group-not-prunable', message: expect.stringContaining('feeds a second output') }),
  );
});

test.each<[string, string, FilterChoice]>([
  ['a rate above 1', 'filter-choice-invalid', { rate: 1.1 }],
  ['a rate that is no number', 'filter-choice-invalid', { rates: { a: Number.NaN } }],
  ['a rate of an unknown group', 'group-unknown', { rates: { z: 0.5 } }],
  ['a multiple of 0', 'filter-choice-invalid', { multipleOf: 0 }],
  ['a floor of half a filter', 'filter-choice-invalid', { minFilters: 0.5 }],
  ['a lambda below 0', 'filter-choice-invalid', { lambda: -1 }],
  ['scores of an unknown group', 'group-unknown', { scores: new Map([['z', [1]]]) }],
  ['too few scores', 'filter-choice-invalid', { scores: new Map([['a', [1]]]) }],
  ['scores that are not finite', 'filter-choice-invalid', { scores: new Map([['a', [1, Number.NaN]]]) }],
  ['a mask that keeps nothing', 'filter-choice-invalid', { keep: new Map([['a', []]]) }],
  ['a mask that keeps a filter twice', 'filter-choice-invalid', { keep: new Map([['a', [0, 0]]]) }],
  ['a mask with a filter that is not there', 'filter-choice-invalid', { keep: new Map([['a', [2]]]) }],
  ['a mask of an unknown group', 'group-unknown', { keep: new Map([['z', [0]]]) }],
])('%s is refused', (_, code, choice) => {
  expect(() => chosen({ a: [1, 2] }, choice)).toThrow(expect.objectContaining({ code }));
});

test.each([
  ['the nearest multiple', 13, 32, 8, 1, 16],
  ['the larger of two that are as near', 12, 32, 8, 1, 16],
  ['no multiple below the floor', 9, 32, 8, 10, 16],
  ['never 0', 0, 32, 8, 1, 8],
  ['the largest multiple where some go', 29, 30, 8, 1, 24],
  ['everything where nothing goes', 30, 30, 8, 1, 30],
  ['everything where no multiple fits', 2, 6, 8, 1, 6],
  ['everything where the floor is higher', 1, 6, 1, 7, 6],
])('a keep count is %s', (_, wanted, filters, multipleOf, minFilters, expected) => {
  expect(allowedKeep(wanted, filters, { multipleOf, minFilters })).toBe(expected);
});

const networks = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'd'),
  fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 }),
  { minKeys: 1 },
);
const limits = fc.record({ multipleOf: fc.integer({ min: 1, max: 4 }), minFilters: fc.integer({ min: 1, max: 5 }) });
const scopes = fc.constantFrom('uniform', 'global');
const rates = fc.integer({ min: 0, max: 20 }).map((twentieths) => twentieths / 20);

/** Filters that each group keeps. */
function countsOf(
  weights: Readonly<Record<string, readonly number[]>>,
  keep: Readonly<Record<string, readonly number[]>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(weights).map(([name, values]) => [name, keep[name]?.length ?? values.length]),
  );
}

test('counts are multiples and not below the floor where anything goes, and the best filters stay', () => {
  fc.assert(
    fc.property(networks, scopes, rates, limits, (weights, scope, rate, { multipleOf, minFilters }) => {
      const keep = chosen(weights, { scope, rate, multipleOf, minFilters });
      for (const [name, kept] of Object.entries(keep)) {
        const values = weights[name] ?? [];
        expect(kept.length).toBeLessThan(values.length);
        expect(kept.length % multipleOf).toBe(0);
        expect(kept.length).toBeGreaterThanOrEqual(minFilters);
        expect(kept).toEqual(bestFilters(values, kept.length));
      }
    }),
    { seed: 1 },
  );
});

test('a higher rate keeps no filter that a lower one takes', () => {
  fc.assert(
    fc.property(networks, scopes, limits, rates, rates, (weights, scope, limit, one, other) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)].map((rate) =>
        chosen(weights, { scope, rate, ...limit }),
      );
      for (const [name, values] of Object.entries(weights)) {
        const all = values.map((_, filter) => filter);
        const before = new Set(less?.[name] ?? all);
        expect((more?.[name] ?? all).every((filter) => before.has(filter))).toBe(true);
      }
    }),
    { seed: 1 },
  );
});

test('without limits, global takes exactly its share of all filters unless groups would end', () => {
  fc.assert(
    fc.property(networks, rates, (weights, rate) => {
      const counts = countsOf(weights, chosen(weights, { scope: 'global', rate }));
      const total = Object.values(weights).reduce((sum, { length }) => sum + length, 0);
      const kept = Object.values(counts).reduce((sum, count) => sum + count, 0);
      expect(kept).toBe(Math.max(Object.keys(weights).length, total - Math.round(rate * total)));
    }),
    { seed: 1 },
  );
});

test('the best of many equal scores are the same as by a plain sort', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 20 }), fc.nat(20), (scores, count) => {
      const best = scores
        .map((score, position) => [score, position] as const)
        .sort(([a, i], [b, j]) => b - a || i - j)
        .slice(0, count)
        .map(([, position]) => position);
      expect(bestFilters(scores, count)).toEqual(best.sort((a, b) => a - b));
    }),
    { seed: 1 },
  );
});
