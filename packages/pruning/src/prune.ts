import type { OnnxModel } from '@espalier/onnx';
import type { Granularity, TensorShapes } from './block.js';
import { type Analysis, analyse } from './filters/analysis.js';
import { carriedOver } from './filters/carry-over.js';
import { assertNothingEmpty } from './filters/needs.js';
import { removedChannels } from './filters/keep-list.js';
import { withoutChannels } from './filters/remove-filters.js';
import { Aftermath } from './filters/survivors.js';
import { DEFAULT_SEED, type Reinitialised } from './reinitialise.js';
import { type PrunedModel, RECIPE_KEY, REINITIALISED_KEY, removeBlocks } from './remove.js';

/** What to remove of a model: blocks, filters, or both. */
export interface PruningRecipe {
  readonly granularity: Granularity;
  /** Indices of blocks, as `findBlocks` numbers them. */
  readonly remove: readonly number[];
  /** Filters that stay, by group, as `findFilterGroups` names and numbers them in the whole model. */
  readonly filters?: Readonly<Record<string, readonly number[]>>;
  /** Seed of weights that the removal of a block makes anew. */
  readonly seed?: number;
  /** SHA-256 of the file that the model was read from, to be written into the pruned model. */
  readonly baseSha256?: string;
}

/**
 * Removes blocks first and filters then. Groups and filters are those of the whole model: a group that is left takes the
 * list of the first of its layers that is left, and a list of which no layer is left counts for nothing. Where the removal
 * of a block makes filters stay (what they give has become an output of the model, say), they stay.
 * @throws PruningError as `removeBlocks` and `removeFilters` do
 */
export function prune(model: OnnxModel, shapes: TensorShapes, recipe: PruningRecipe): PrunedModel {
  const { filters = {}, ...blocks } = recipe;
  const keep = new Map(Object.entries(filters));
  const without = removeBlocks(model, shapes, blocks);
  if (keep.size === 0) return without;
  const base = analyse(model, shapes);
  const gone = removedChannels(base.groups, keep);
  assertNothingEmpty(base.trace, new Aftermath(base.trace, gone));
  const left = analyse(without.model, without.shapes);
  const removed = carriedOver({ base, named: new Set(keep.keys()), gone }, left);
  const reinitialised = without.reinitialised.map((each) => slimmed(each, left, removed));
  const metadata = new Map([[RECIPE_KEY, JSON.stringify(recorded(recipe, without))]]);
  if (reinitialised.length > 0) metadata.set(REINITIALISED_KEY, JSON.stringify(reinitialised));
  const slim = withoutChannels(without.model, { analysis: left, removed, metadata });
  return { ...without, model: slim, reinitialised, shapes: shapesAfter(without.shapes, left, removed) };
}

/** A weight that was made anew, as it is without the filters that went. */
function slimmed(made: Reinitialised, { trace }: Analysis, removed: ReadonlySet<number>): Reinitialised {
  const to = new Aftermath(trace, removed).dimsOf(made.tensor) ?? made.to;
  if (made.kept === undefined) return { ...made, to };
  const axis = made.to.findIndex((dim, index) => dim !== made.from[index]);
  return { ...made, to, kept: Math.min(made.kept, to[axis] ?? made.kept) };
}

/** The shapes with the widths that changed. */
function shapesAfter(shapes: TensorShapes, { trace }: Analysis, removed: ReadonlySet<number>): TensorShapes {
  const after = new Aftermath(trace, removed);
  return new Map(
    [...shapes].map(([name, shape]) => [name, { ...shape, dims: after.dimsOf(name) ?? shape.dims }] as const),
  );
}

/** The recipe as it is written into the model. */
function recorded({ granularity, seed = DEFAULT_SEED, filters }: PruningRecipe, without: PrunedModel): PruningRecipe {
  const remove = without.removed.map(({ index }) => index);
  return { granularity, remove, ...(without.reinitialised.length > 0 && { seed }), ...(filters && { filters }) };
}
