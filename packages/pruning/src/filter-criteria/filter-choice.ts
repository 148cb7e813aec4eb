import { PruningError } from '../errors.js';
import type { FilterGroup } from '../filters/group.js';

/** `uniform`: the same share of every group. `global`: the least important filters of the whole network. */
export type FilterScope = 'uniform' | 'global';

/** How many filters go, and from where. */
export interface FilterRates {
  /** `uniform` when absent. */
  readonly scope?: FilterScope;
  /** Share of the filters that goes, 0 to 1; 0.5 when absent. */
  readonly rate?: number;
  /** Shares of single groups, which go before `rate`; 0 keeps a group whole. They take no part in `global`. */
  readonly rates?: Readonly<Record<string, number>>;
  /** Keep counts a multiple of this where filters go; 1 when absent. */
  readonly multipleOf?: number;
  /** Filters that every group keeps; 1 when absent. */
  readonly minFilters?: number;
}

/**
 * Checks rates and limits against the groups of a model.
 * @throws PruningError `filter-choice-invalid` for a rate or limit out of range; `group-unknown`, `group-not-prunable`
 */
export function checkChoice(
  groups: readonly FilterGroup[],
  { rate = 0.5, rates = {}, multipleOf = 1, minFilters = 1, lambda = 1 }: FilterRates & { readonly lambda?: number },
): void {
  for (const [name, value] of [['rate', rate] as const, ...Object.entries(rates)]) {
    if (!(value >= 0 && value <= 1)) throw invalid(`the rate ${JSON.stringify(name)} is ${value}, not between 0 and 1`);
  }
  for (const [name, value] of Object.entries({ multipleOf, minFilters })) {
    if (!Number.isInteger(value) || value < 1) throw invalid(`${name} is ${value}, not a whole number of 1 or more`);
  }
  if (!(lambda >= 0 && Number.isFinite(lambda))) throw invalid(`lambda is ${lambda}, not a number of 0 or more`);
  for (const [name, value] of Object.entries(rates)) {
    const group = groupNamed(groups, name);
    if (value > 0) assertPrunable(group);
  }
}

/** Checks scores that were posted, and gives them as numbers. @throws PruningError `filter-choice-invalid`, `group-unknown` */
export function checkedScores(
  groups: readonly FilterGroup[],
  scores: ReadonlyMap<string, ArrayLike<number>>,
): ReadonlyMap<string, Float64Array> {
  return new Map(
    [...scores].map(([name, values]) => {
      const { filters } = groupNamed(groups, name);
      const numbers = Float64Array.from(values);
      if (numbers.length !== filters || !numbers.every(Number.isFinite)) {
        throw invalid(`${JSON.stringify(name)} needs ${filters} finite scores, one for each filter`);
      }
      return [name, numbers];
    }),
  );
}

/**
 * Checks the filters that are to stay, and sorts them.
 * @throws PruningError `filter-choice-invalid`, `group-unknown`, `group-not-prunable`
 */
export function checkedMasks(
  groups: readonly FilterGroup[],
  keep: ReadonlyMap<string, readonly number[]>,
): ReadonlyMap<string, readonly number[]> {
  return new Map(
    [...keep].map(([name, kept]) => {
      const group = groupNamed(groups, name);
      const isFilter = (filter: number): boolean => Number.isInteger(filter) && filter >= 0 && filter < group.filters;
      if (kept.length === 0 || new Set(kept).size !== kept.length || !kept.every(isFilter)) {
        throw invalid(`${JSON.stringify(name)} keeps one or more of its filters 0 to ${group.filters - 1}, each once`);
      }
      if (kept.length < group.filters) assertPrunable(group);
      return [name, [...kept].sort((a, b) => a - b)];
    }),
  );
}

function groupNamed(groups: readonly FilterGroup[], name: string): FilterGroup {
  const group = groups.find((each) => each.name === name);
  if (group) return group;
  throw new PruningError('group-unknown', `there is no filter group ${JSON.stringify(name)}`, {
    hint: '`espalier inspect --filters` lists the groups of a model',
  });
}

function assertPrunable({ name, prunable, reason = '' }: FilterGroup): void {
  if (prunable) return;
  throw new PruningError('group-not-prunable', `${JSON.stringify(name)} stays whole: ${reason}`, {
    hint: 'leave it out',
  });
}

function invalid(message: string): PruningError {
  return new PruningError('filter-choice-invalid', message);
}
