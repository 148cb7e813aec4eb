import { findFilterGroups, isFilterCriterion, largestRates, removeFilters, scoreFilters } from '@espalier/pruning';
import { ScoringError } from '../errors.js';
import { batchesOf, type Found, type Scene } from './criterion.js';
import { modelLoss } from './model-loss.js';

/** Rates are tried on a grid of this many steps; bisection then looks at so many losses of a group. */
const STEPS = 16;
const LOSSES_PER_GROUP = Math.ceil(Math.log2(STEPS + 1));

/**
 * Sensitivity: for every filter group the largest rate at which the loss of the model, with this group alone pruned, stays
 * within (1 + threshold) of that of the whole model (after arXiv 2010.06821), filters going in the order of another
 * criterion. Where the loss is the distortion of outputs, it stays within the threshold itself. Passes: mini-batches × (1 +
 * groups × at most 5).
 * @throws ScoringError `criterion-not-applicable` for an order of filters that is not known; as `modelLoss`
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
  const { whole, isDistortion, of } = await modelLoss(scene);
  // The whole model distorts nothing, and nothing rises relative to 0: counted from 1 on, a rise is the distortion.
  const base = isDistortion ? 1 : 0;
  const lossOf = async (keep: ReadonlyMap<string, readonly number[]>): Promise<number> => {
    const { loss, samples } = keep.size > 0 ? await of(removeFilters(model, shapes, keep)) : whole;
    return base + loss / samples;
  };
  const found = await largestRates(groups, lossOf, {
    scores,
    threshold,
    steps: STEPS,
    onProgress: (done, total) => passes.plan(passes.count + (total - done) * LOSSES_PER_GROUP * batches),
  });
  const groupsFound = found.groups.map(({ group, rate, curve }) => ({
    group,
    rate,
    curve: curve.map((point) => ({ rate: point.rate, loss: point.loss - base })),
  }));
  return { scores: [], groups: groupsFound, loss: whole };
}
