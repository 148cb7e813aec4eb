import type { FilterGroup } from '../filters/group.js';
import { allowedKeep, type KeepRule, keptAt } from './keep-count.js';
import { keptFilters } from './kept-filters.js';

/** The loss of the model when of some groups only the given filters stay; the others are whole. */
export type LossOf = (keep: ReadonlyMap<string, readonly number[]>) => Promise<number>;

export interface LargestRatesOptions extends Partial<KeepRule> {
  /** Scores of the filters by the name of the group: the least important go first. Groups without any are left out. */
  readonly scores: ReadonlyMap<string, ArrayLike<number>>;
  /** The largest relative rise of the loss that a group alone may cause, such as 0.05. */
  readonly threshold: number;
  /** Rates are tried on a grid of this many steps between 0 and 1; 16 when absent. */
  readonly steps?: number;
  /** Called when a group is done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What pruning the filters of one group alone does to the loss. */
export interface GroupRate {
  readonly group: string;
  /** Share of its filters that can go. */
  readonly rate: number;
  /** Every loss that was looked at, by ascending rate. */
  readonly curve: readonly { readonly rate: number; readonly loss: number }[];
}

/**
 * For every prunable group the largest rate at which the loss of the model, with this group alone pruned, stays within
 * (1 + threshold) of the loss of the whole model; a lower loss is always within. So the per-layer rates of arXiv
 * 2010.06821 are found; its base criterion could not be read, so the order in which filters go is an argument here.
 *
 * The rate is found by bisection between rates of a grid: about log2(steps) losses for each group. If the loss of a group
 * passes the limit only once as the rate grows, the answer is the largest rate of the grid. If it passes several times, the
 * answer is one of those passages: its own loss was seen to be within, and that of the next rate of the grid to be beyond.
 * A loss that is not a number is beyond.
 */
export async function largestRates(
  groups: readonly FilterGroup[],
  lossOf: LossOf,
  { scores, threshold, steps = 16, multipleOf = 1, minFilters = 1, onProgress }: LargestRatesOptions,
): Promise<{ readonly loss: number; readonly groups: readonly GroupRate[] }> {
  const loss = await lossOf(new Map());
  const limit = loss + threshold * Math.abs(loss);
  const open = groups.filter(({ name, prunable }) => prunable && scores.has(name));
  const rates: GroupRate[] = [];
  for (const group of open) {
    const { name, filters } = group;
    const choices = keepChoices(group, scores.get(name) ?? [], steps, { multipleOf, minFilters });
    const seen = new Map([[0, loss]]);
    const isWithin = async (choice: number): Promise<boolean> => {
      const pruned = await lossOf(new Map([[name, choices[choice] ?? []]]));
      seen.set(choice, pruned);
      return pruned <= limit;
    };
    const rateOf = (choice: number): number => 1 - (choices[choice]?.length ?? filters) / filters;
    const rate = rateOf(await lastWithin(choices.length, isWithin));
    const curve = [...seen].sort(([a], [b]) => a - b).map(([choice, value]) => ({ rate: rateOf(choice), loss: value }));
    rates.push({ group: name, rate, curve });
    onProgress?.(rates.length, open.length);
  }
  return { loss, groups: rates };
}

/** The filters that stay at the rates of a grid, each number of them once, from all filters to the fewest. */
function keepChoices(
  group: FilterGroup,
  scores: ArrayLike<number>,
  steps: number,
  rule: KeepRule,
): readonly (readonly number[])[] {
  const choices = new Map<number, readonly number[]>();
  for (let step = 0; step <= steps; step++) {
    const count = allowedKeep(keptAt(step / steps, group.filters), group.filters, rule);
    const kept = keptFilters(group, scores, count, rule.multipleOf);
    if (!choices.has(kept.length)) choices.set(kept.length, kept);
  }
  return [...choices.values()];
}

/** Bisects between the first choice, which is within, and what lies behind the last, which counts as beyond. */
async function lastWithin(choices: number, isWithin: (choice: number) => Promise<boolean>): Promise<number> {
  let within = 0;
  let beyond = choices;
  while (beyond - within > 1) {
    const middle = Math.floor((within + beyond) / 2);
    if (await isWithin(middle)) within = middle;
    else beyond = middle;
  }
  return within;
}
