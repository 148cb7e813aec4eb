import { editGraph, type OnnxModel } from '@espalier/onnx';
import type { Block, Granularity, TensorShapes } from './block.js';
import { PruningError } from './errors.js';
import { findBlocks } from './find.js';
import { plausibleShapes } from './plausible.js';
import { DEFAULT_SEED, newWeight, type Reinitialised, reinitialisedOf } from './reinitialise.js';
import { type FollowedWidths, followWidths } from './widths/follow.js';

/** Metadata properties that tell where a pruned model comes from. */
export const RECIPE_KEY = 'espalier.recipe';
export const BASE_KEY = 'espalier.base_sha256';
/** Lists the weights that were made anew, as JSON; absent where there are none. */
export const REINITIALISED_KEY = 'espalier.reinitialised';

/** Which blocks to remove. */
export interface BlockRecipe {
  readonly granularity: Granularity;
  /** Indices of blocks, as `findBlocks` numbers them. Order and repetition do not matter; none is allowed. */
  readonly remove: readonly number[];
  /** Seed of weights that have to be made anew; 1 when absent. */
  readonly seed?: number;
  /** SHA-256 of the file that the model was read from, to be written into the pruned model. */
  readonly baseSha256?: string;
}

/** A model without some of its blocks. */
export interface PrunedModel {
  readonly model: OnnxModel;
  readonly removed: readonly Block[];
  /** Weights that were made anew; every other weight is that of the base model. */
  readonly reinitialised: readonly Reinitialised[];
  /** The traced shapes with the widths that changed: those of the pruned model. */
  readonly shapes: TensorShapes;
}

/**
 * The model without some of its blocks: whatever read the output of a removed block reads its input instead, with a weight
 * made anew where the input is not as wide. Names of inputs and outputs stay, all other weights keep their very bytes, and
 * the recipe and the new weights are written into the model's metadata.
 * @throws PruningError `block-unknown`, `block-not-removable`, `no-removable-block`; OnnxError from the edit
 */
export function removeBlocks(
  model: OnnxModel,
  traced: TensorShapes,
  { granularity, remove, seed = DEFAULT_SEED, baseSha256 }: BlockRecipe,
): PrunedModel {
  const shapes = plausibleShapes(traced);
  const blocks = findBlocks(model, shapes, granularity);
  const indices = [...new Set(remove)].sort((a, b) => a - b);
  const removed = indices.map((index) => removableBlock(blocks, index, granularity));
  const redirect = new Map(removed.map(({ input, output }) => [output.name, input.name]));
  const { dims, rebuilt, constants } = widthsWithout(model, shapes, removed, redirect);
  const reinitialised = rebuilt.map((each) => reinitialisedOf(model.graph, each));
  const setConstants = new Map(constants);
  for (const each of rebuilt) setConstants.set(each.tensor, newWeight(model.graph, each, seed));
  const recipe = { granularity, remove: indices, ...(reinitialised.length > 0 && { seed }) };
  const setMetadata = new Map([[RECIPE_KEY, JSON.stringify(recipe)]]);
  if (reinitialised.length > 0) setMetadata.set(REINITIALISED_KEY, JSON.stringify(reinitialised));
  if (baseSha256 !== undefined) setMetadata.set(BASE_KEY, baseSha256);
  return {
    model: editGraph(model, { redirect, setConstants, setMetadata }),
    removed,
    reinitialised,
    shapes: withDims(shapes, dims),
  };
}

function widthsWithout(
  { graph }: OnnxModel,
  shapes: TensorShapes,
  removed: readonly Block[],
  redirect: ReadonlyMap<string, string>,
): FollowedWidths {
  const gone = new Set(removed.flatMap(({ nodes }) => nodes.flatMap((name) => graph.nodeNamed(name)?.index ?? [])));
  const followed = followWidths({ graph, shapes }, { redirect, gone });
  if (typeof followed !== 'string') return followed;
  throw new PruningError('block-not-removable', `these blocks cannot all go: ${followed}`, {
    hint: 'remove fewer of those that change the width',
  });
}

function withDims(shapes: TensorShapes, dims: FollowedWidths['dims']): TensorShapes {
  if (dims.size === 0) return shapes;
  return new Map([...shapes].map(([name, shape]) => [name, { ...shape, dims: dims.get(name) ?? shape.dims }] as const));
}

function removableBlock(blocks: readonly Block[], index: number, granularity: Granularity): Block {
  const hint = '`espalier inspect` lists the blocks that can go';
  if (!blocks.some(({ removable }) => removable)) {
    throw new PruningError('no-removable-block', `the model has no removable block at granularity ${granularity}`, {
      hint: granularity === 'block' ? 'granularity `layer` looks for finer regions' : '`espalier inspect` says why',
    });
  }
  const block = blocks[index];
  if (!block) {
    throw new PruningError(
      'block-unknown',
      `there is no block ${index}: the model has blocks 0 to ${blocks.length - 1}`,
      {
        hint,
      },
    );
  }
  if (!block.removable) {
    throw new PruningError('block-not-removable', `block ${index} (${block.name}) cannot go: ${block.reason}`, {
      hint,
    });
  }
  return block;
}
