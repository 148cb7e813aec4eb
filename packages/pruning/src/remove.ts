import { editGraph, type OnnxModel } from '@espalier/onnx';
import type { Block, Granularity, TensorShapes } from './block.js';
import { PruningError } from './errors.js';
import { findBlocks } from './find.js';

/** Metadata properties that tell where a pruned model comes from. */
export const RECIPE_KEY = 'espalier.recipe';
export const BASE_KEY = 'espalier.base_sha256';

/** Which blocks to remove. */
export interface BlockRecipe {
  readonly granularity: Granularity;
  /** Indices of blocks, as `findBlocks` numbers them. Order and repetition do not matter; none is allowed. */
  readonly remove: readonly number[];
  /** SHA-256 of the file that the model was read from, to be written into the pruned model. */
  readonly baseSha256?: string;
}

/**
 * The model without some of its blocks: whatever read the output of a removed block reads its input instead. Names of
 * inputs and outputs stay, weights that are still used keep their very bytes, and the recipe is written into the
 * model's metadata.
 * @throws PruningError `block-unknown`, `block-not-removable`, `no-removable-block`; OnnxError from the edit
 */
export function removeBlocks(
  model: OnnxModel,
  shapes: TensorShapes,
  { granularity, remove, baseSha256 }: BlockRecipe,
): { readonly model: OnnxModel; readonly removed: readonly Block[] } {
  const blocks = findBlocks(model, shapes, granularity);
  const indices = [...new Set(remove)].sort((a, b) => a - b);
  const removed = indices.map((index) => removableBlock(blocks, index, granularity));
  const recipe = JSON.stringify({ granularity, remove: indices });
  const setMetadata = new Map([[RECIPE_KEY, recipe]]);
  if (baseSha256 !== undefined) setMetadata.set(BASE_KEY, baseSha256);
  const redirect = new Map(removed.map(({ input, output }) => [output.name, input.name]));
  return { model: editGraph(model, { redirect, setMetadata }), removed };
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
