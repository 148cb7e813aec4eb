import type { Model, TensorInfo } from '@espalier/contracts';
import { traceShapes } from '@espalier/measure';
import { readModelFile, type ValueInfo } from '@espalier/onnx';
import { summarise } from '@espalier/pruning';
import type { StagedArtifact, Store } from '@espalier/store';
import { checkNames } from './names.js';
import { storedTrace } from './trace.js';

/** What adding a model takes. */
export interface AddModelOptions {
  readonly name: string;
  /** Whole shapes by input name, for inputs with dynamic dimensions that cannot be guessed. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  readonly signal?: AbortSignal;
}

const tensorInfo = ({ name, elementType, dims }: ValueInfo): TensorInfo => ({
  name,
  elementType,
  dims: dims === undefined ? null : [...dims],
});

/**
 * Makes a model of an uploaded file: checks it, runs it once to learn its shapes, and keeps it. A file that is no good is
 * discarded. The same file again is the same model.
 * @throws OnnxError when the file is no model, MeasureError when onnxruntime cannot run it, StoreError `disk-full`
 */
export async function addModel(
  store: Store,
  staged: StagedArtifact,
  { name, ...tracing }: AddModelOptions,
): Promise<{ readonly created: boolean; readonly model: Model }> {
  try {
    const known = await store.models.find(staged.sha256);
    if (known !== null) return { created: false, model: known };
    const model = await readModelFile(staged.path);
    checkNames(model);
    const { inputs, shapes } = await traceShapes(staged.path, tracing);
    const { sha256: id } = await staged.keep('model');
    return await store.models.create({
      id,
      name,
      opset: model.opset,
      ...summarise(model, shapes),
      inputs: model.graph.inputs.map(tensorInfo),
      outputs: model.graph.outputs.map(tensorInfo),
      trace: storedTrace(inputs, shapes),
    });
  } finally {
    await staged.discard();
  }
}
