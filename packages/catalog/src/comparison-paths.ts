import type { CreateComparison, PruningMethod, Recipe } from '@espalier/contracts';
import { normaliseImportance } from '@espalier/pruning';
import type { Store } from '@espalier/store';
import { blocksOf } from './blocks.js';
import { scoresOf } from './scores.js';

/** How a model can be pruned further and further, by each method; position 0 of both is the whole model. */
export interface ComparisonPaths {
  readonly layers: {
    /** Indices of the blocks in the order in which they go, least important first. */
    readonly order: readonly number[];
    /** Share of the importance that is kept at each position. */
    readonly kept: readonly number[];
  };
  readonly filters: {
    /** Share of the filters that goes at each position. */
    readonly rates: readonly number[];
    readonly kept: readonly number[];
  };
}

type Asked = Omit<CreateComparison, 'modelId' | 'budget' | 'points' | 'spec' | 'fresh'>;

/**
 * The candidates that a comparison may measure. The same request gives the same paths.
 * @throws StoreError `model-unknown`; CatalogError `scores-unknown`; PruningError when a criterion does not apply
 */
export async function comparisonPaths(store: Store, modelId: string, asked: Asked): Promise<ComparisonPaths> {
  return { layers: await layerPath(store, modelId, asked), filters: { rates: [0], kept: [1] } };
}

/** Blocks one after the other, least important first, equal ones by index; those without a score stay. */
async function layerPath(
  store: Store,
  modelId: string,
  { granularity, criterion, reduction }: Asked,
): Promise<ComparisonPaths['layers']> {
  const blocks = await blocksOf(store, modelId, granularity);
  const removable = new Set(blocks.filter((block) => block.removable).map(({ index }) => index));
  if (removable.size === 0) return { order: [], kept: [1] };
  const { scores } = await scoresOf(store, modelId, { granularity, criterion, reduction });
  const scored = scores.filter(({ index, importance }) => importance !== null && removable.has(index));
  const path = normaliseImportance(scored).toSorted((a, b) => a.importance - b.importance || a.index - b.index);
  const kept = [1];
  for (const { importance } of path) kept.push(Math.max(0, (kept.at(-1) ?? 0) - importance));
  return { order: path.map(({ index }) => index), kept };
}

/** A position of one of the paths. */
export interface PathPosition {
  readonly method: PruningMethod;
  readonly position: number;
}

/**
 * The recipe of a position, and how many blocks or filters it removes.
 * @throws StoreError `model-unknown`
 */
export async function comparisonRecipe(
  _store: Store,
  _modelId: string,
  { granularity }: Asked,
  { layers }: ComparisonPaths,
  { method, position }: PathPosition,
): Promise<{ readonly recipe: Recipe; readonly removed: number }> {
  if (method === 'layers') {
    return { recipe: { granularity, remove: layers.order.slice(0, position) }, removed: position };
  }
  throw new Error('not yet');
}
