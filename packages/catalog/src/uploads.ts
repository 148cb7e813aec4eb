import type { Candidate } from '@espalier/contracts';
import { traceShapes } from '@espalier/measure';
import { readModelFile } from '@espalier/onnx';
import { summarise } from '@espalier/pruning';
import type { StagedArtifact, Store } from '@espalier/store';

/**
 * Makes a candidate of a pruned model that was uploaded as it is: checks that it runs on what the whole
 * model was fed, and keeps it. A file that is no good is
 * discarded. The same file again is the same candidate.
 * @throws StoreError `model-unknown`; OnnxError when the file is no model, MeasureError when onnxruntime cannot run it
 */
export async function addCandidate(
  store: Store,
  staged: StagedArtifact,
  { modelId, signal }: { readonly modelId: string; readonly signal?: AbortSignal },
): Promise<{ readonly created: boolean; readonly candidate: Candidate }> {
  try {
    const { inputs: inputShapes } = await store.models.trace(modelId);
    const known = await store.candidates.findUploaded(modelId, staged.sha256);
    if (known !== null) return { created: false, candidate: known };
    const model = await readModelFile(staged.path);
    const { shapes } = await traceShapes(staged.path, { inputShapes, signal });
    const { sha256: artifact } = await staged.keep('candidate');
    return await store.candidates.create({
      modelId,
      recipe: null,
      artifact,
      reinitialised: [],
      ...summarise(model, shapes),
    });
  } finally {
    await staged.discard();
  }
}
