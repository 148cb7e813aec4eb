import { findFilterGroups, isFilterCriterion, largestRates, removeFilters, scoreFilters } from '@espalier/pruning';
import { ScoringError } from '../errors.js';
import type { LossSums } from '../run/loss.js';
import { lossOfModel } from './ablation.js';
import { batchesOf, type Found, type Scene } from './criterion.js';

/** Rates are tried on a grid of this many steps; bisection then looks at so many losses of a group. */
const STEPS = 16;
const LOSSES_PER_GROUP = Math.ceil(Math.log2(STEPS + 1));

/**
 * Sensitivity: for every filter group the largest rate at which the loss of the model, with this group alone pruned, stays
 * within (1 + threshold) of that of the whole model (after arXiv 2010.06821), filters going in the order of another
 * criterion. Passes: mini-batches × (1 + groups × at most 5).
 * @throws ScoringError `criterion-not-applicable` for an order of filters that is not known
 */
export async function sensitivity(scene: Scene): Promise<Found> {
  const { model, shapes, spec, passes } = scene;
  const { filterCriterion, seed, threshold } = spec;
  if (!isFilterCriterion(filterCriterion)) {
    throw new ScoringError('criterion-not-applicable', `there is no criterion ${filterCriterion} for filters`, {
      hint: 'give filterCriterion one that needs nothing but weights, such as l2',
    });
  }
  const groups = findFilterGroups(model, shapes);
  const { scores } = scoreFilters(model, groups, filterCriterion, { seed });
  const batches = batchesOf(scene).length;
  passes.plan(batches * (1 + scores.size * LOSSES_PER_GROUP));
  let whole: LossSums | undefined;
  const lossOf = async (keep: ReadonlyMap<string, readonly number[]>): Promise<number> => {
    const sums = await lossOfModel(keep.size > 0 ? removeFilters(model, shapes, keep) : model, scene);
    whole ??= sums;
    return sums.loss / sums.samples;
  };
  const found = await largestRates(groups, lossOf, {
    scores,
    threshold,
    steps: STEPS,
    onProgress: (done, total) => passes.plan(passes.count + (total - done) * LOSSES_PER_GROUP * batches),
  });
  return {
    scores: [],
    groups: found.groups.map(({ group, rate, curve }) => ({ group, rate, curve: [...curve] })),
    ...(whole === undefined ? {} : { loss: whole }),
  };
}
