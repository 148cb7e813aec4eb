import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { filterModel, type GroupNumbers } from '../testing/filter-model.js';
import { chooseFilters } from './choose-filters.js';
import { crossLayerRates } from './cross-layer-rates.js';
import { nthLargest } from './order-statistic.js';

const column = (...values: readonly number[]): number[][] => values.map((value) => [value]);

function ratesOf(
  numbers: Readonly<Record<string, GroupNumbers>>,
  options: { rate: number; lambda: number },
): Record<string, number> {
  const { model, groups, shapes } = filterModel(numbers);
  return Object.fromEntries(crossLayerRates(model.graph, shapes, groups, options));
}

test('without costs, the rate of a layer is the share of its weights below the global threshold', () => {
  const numbers = { a: { makes: [column(1, -2, 3, 4)] }, b: { makes: [column(-5, 6, 7, 0.5)] } };
  // Ranked: 0.5 1 2 3 | 4 5 6 7.
  expect(ratesOf(numbers, { rate: 0.5, lambda: 0 })).toEqual({ a: 0.75, b: 0.25 });
});

test('weights of costly layers count less, the more so the larger lambda is', () => {
  // Both layers have 4 filters over 1 channel; the second computes 10 times as many pixels.
  const numbers = { a: { makes: [column(1, 2, 3, 4)] }, b: { makes: [column(11, 12, 25, 35)], pixels: 10 } };
  expect(ratesOf(numbers, { rate: 0.5, lambda: 0 })).toEqual({ a: 1, b: 0 });
  // |w| / 10: 1.1 1.2 2.5 3.5 among 1 2 3 4: ranked 1 1.1 1.2 2 | 2.5 3 3.5 4.
  expect(ratesOf(numbers, { rate: 0.5, lambda: 1 })).toEqual({ a: 0.5, b: 0.5 });
  expect(ratesOf(numbers, { rate: 0.5, lambda: 2 })).toEqual({ a: 0, b: 1 });
  // Costs beyond the range of numbers: the layers go by cost alone.
  expect(ratesOf(numbers, { rate: 0.5, lambda: 100_000 })).toEqual({ a: 0, b: 1 });
});

test('a group of several layers has the share of all their weights, each by the cost of its own layer', () => {
  const numbers = { a: { makes: [column(1, 8), column(2, 3)] }, b: { makes: [column(9, 10)] } };
  expect(ratesOf(numbers, { rate: 0.5, lambda: 0 })).toEqual({ a: 0.75, b: 0 });
});

test('a global choice by clr-rnf keeps as many filters of each group as the ranking says, at least one', () => {
  const numbers = {
    a: { makes: [column(1, 2, 3, 4)] },
    b: { makes: [column(11, 12, 25, 35)], pixels: 10 },
    c: { makes: [column(0.1, 0.1)] },
  };
  const { model, groups, shapes } = filterModel(numbers);
  const choose = (lambda: number): (number | undefined)[] => {
    const keep = chooseFilters(model, shapes, groups, { criterion: 'clr-rnf', scope: 'global', rate: 0.6, lambda });
    return groups.map(({ name }) => keep.get(name)?.length);
  };
  expect(choose(0)).toEqual([1, undefined, 1]);
  expect(choose(1)).toEqual([2, 2, 1]);
});

test('groups with rates of their own take no part in the ranking', () => {
  const numbers = { a: { makes: [column(1, 2, 3, 4)] }, b: { makes: [column(100, 200, 300, 400)] } };
  const { model, groups, shapes } = filterModel(numbers);
  const choice = { criterion: 'clr-rnf', scope: 'global', rate: 0.5, lambda: 0 } as const;
  const counts = (rates: Readonly<Record<string, number>>): (number | undefined)[] => {
    const keep = chooseFilters(model, shapes, groups, { ...choice, rates });
    return groups.map(({ name }) => keep.get(name)?.length);
  };
  expect(counts({})).toEqual([1, undefined]);
  expect(counts({ a: 0.25 })).toEqual([3, 2]);
});

test('the n-th largest is that of a sort', () => {
  const numbers = fc.array(fc.oneof(fc.double({ min: 0, noNaN: true }), fc.constantFrom(0, 1, 2)), { minLength: 1 });
  fc.assert(
    fc.property(numbers, fc.nat(), (values, wish) => {
      const n = 1 + (wish % values.length);
      const each = (visit: (value: number) => void): void => values.forEach((value) => visit(value));
      expect(nthLargest(each, n)).toBe([...values].sort((a, b) => b - a)[n - 1]);
    }),
    { seed: 1, numRuns: 30 },
  );
});
