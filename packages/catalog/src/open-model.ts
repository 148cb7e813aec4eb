import { type OnnxModel, readModelFile } from '@espalier/onnx';
import type { TensorShapes } from '@espalier/pruning';
import type { Store } from '@espalier/store';
import { tensorShapesOf } from './trace.js';

/** A stored model in memory, with the shapes that its trace found. */
export interface OpenModel {
  readonly model: OnnxModel;
  readonly shapes: TensorShapes;
}

/**
 * Reads a stored model and its trace.
 * @throws StoreError `model-unknown`
 */
export async function openModel(store: Store, modelId: string): Promise<OpenModel> {
  const trace = await store.models.trace(modelId);
  const { path } = await store.artifacts.get(modelId);
  return { model: await readModelFile(path), shapes: tensorShapesOf(trace) };
}
