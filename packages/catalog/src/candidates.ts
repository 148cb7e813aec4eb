import type { Candidate, Recipe } from '@espalier/contracts';
import { writeModelFile } from '@espalier/onnx';
import { prune, type Reinitialised, summarise } from '@espalier/pruning';
import type { Store } from '@espalier/store';
import { openModel } from './open-model.js';

/**
 * The candidate of a recipe; made once, then remembered. Artifacts are named by their content and candidates by their recipe,
 * so that doing it twice at once is harmless.
 * @throws StoreError `model-unknown`, `disk-full`; PruningError `block-unknown`, `block-not-removable`,
 *   `group-unknown`, `group-not-prunable`, `filter-unknown`, `filters-none-left`
 */
export async function candidateOf(store: Store, modelId: string, recipe: Recipe): Promise<Candidate> {
  const known = await store.candidates.findByRecipe(modelId, recipe);
  if (known !== null) return known;
  const { model, shapes } = await openModel(store, modelId);
  const pruned = prune(model, shapes, { ...recipe, baseSha256: modelId });
  const staged = await store.artifacts.stage((path) => writeModelFile(pruned.model, path));
  const { sha256 } = await staged.keep('candidate');
  const { candidate } = await store.candidates.create({
    modelId,
    recipe,
    artifact: sha256,
    reinitialised: pruned.reinitialised.map(told),
    ...summarise(pruned.model, pruned.shapes),
  });
  return candidate;
}

const told = ({ from, to, ...rest }: Reinitialised): Candidate['reinitialised'][number] => ({
  ...rest,
  from: [...from],
  to: [...to],
});
