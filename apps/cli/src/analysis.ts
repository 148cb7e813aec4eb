import type { Granularity } from '@espalier/contracts';
import { traceShapes } from '@espalier/measure';
import { type Block, findBlocks, summarise, type TensorShapes } from '@espalier/pruning';
import type { ModelSource } from './model-source.js';

/** What one traced run tells of a model. */
export interface Analysis {
  readonly shapes: TensorShapes;
  readonly blocks: readonly Block[];
  readonly summary: { readonly parameters: number; readonly macs: number };
}

/** Runs the model once to learn its shapes and finds its blocks. */
export async function analyse(
  source: ModelSource,
  granularity: Granularity,
  options: { readonly inputShapes?: Readonly<Record<string, readonly number[]>>; readonly signal?: AbortSignal },
): Promise<Analysis> {
  const { shapes } = await traceShapes(source.path, options);
  return {
    shapes,
    blocks: findBlocks(source.model, shapes, granularity),
    summary: summarise(source.model, shapes),
  };
}
