import type { Dataset, Model, ScoringSpec, TensorInfo } from '@espalier/contracts';
import { elementTypeNamed } from '@espalier/onnx';
import { filterCriteria } from '@espalier/pruning';
import { describeDataset, feedingPlan, hasLogits, needsLabels, ScoringError } from '@espalier/scoring';
import type { StagedArtifact, Store } from '@espalier/store';
import { isFilterCriterion, SENSITIVITY } from './criteria.js';
import { tensorShapesOf } from './trace.js';

/** The array that holds the classes of the samples. */
const LABELS = 'labels';

/**
 * Keeps uploaded calibration data once it was looked over. A file that is no good is discarded; the same file again is the same
 * data set. What is in memory does not grow with the file.
 * @param maxUnpackedBytes what compressed arrays may come to
 * @throws ScoringError `dataset-invalid`; StoreError `disk-full`
 */
export async function addDataset(
  store: Store,
  staged: StagedArtifact,
  { maxUnpackedBytes }: { readonly maxUnpackedBytes: number },
): Promise<{ readonly created: boolean; readonly dataset: Dataset }> {
  try {
    const known = await store.datasets.find(staged.sha256);
    if (known !== null) return { created: false, dataset: known };
    const { samples, classes, arrays } = await describeDataset(staged.path, { maxUnpackedBytes });
    const { sha256 } = await staged.keep('dataset');
    const dataset = await store.datasets.add({
      sha256,
      samples,
      classes,
      arrays: arrays.map(({ name, elementType, shape }) => ({ name, elementType, shape: [...shape] })),
    });
    return { created: true, dataset };
  } finally {
    await staged.discard();
  }
}

/**
 * Whether a criterion can be computed on some data at all: every input has an array of its type and shape, and there are labels
 * where they are needed, which depends on the outputs of the model.
 * @throws ScoringError `dataset-unfit`, `labels-missing`, `criterion-not-applicable`
 */
export async function checkFit(
  store: Store,
  { id, inputs, outputs }: Pick<Model, 'id' | 'inputs' | 'outputs'>,
  { classes, arrays }: Pick<Dataset, 'classes' | 'arrays'>,
  { criterion, filterCriterion }: Pick<ScoringSpec, 'criterion' | 'filterCriterion'>,
): Promise<void> {
  feedingPlan(
    { graph: { inputs: inputs.map(asDeclared) } },
    arrays.filter(({ name }) => name !== LABELS),
  );
  const names = outputs.map(({ name }) => name);
  if (classes === null && needsLabels(criterion, hasLogits(names, tensorShapesOf(await store.models.trace(id))))) {
    throw new ScoringError('labels-missing', `${criterion} needs labels, and the calibration data has none`, {
      hint: 'Add an array `labels` with the class of every sample, or use cka, block-influence or activation',
    });
  }
  if (criterion === SENSITIVITY && !isFilterCriterion(filterCriterion)) {
    throw new ScoringError('criterion-not-applicable', `Filters cannot be ordered by ${filterCriterion}`, {
      hint: `spec.scoring.filterCriterion is one of ${filterCriteria.map(({ name }) => name).join(', ')}`,
    });
  }
}

const asDeclared = ({ name, elementType, dims }: TensorInfo) => ({
  name,
  elementType: elementTypeNamed(elementType),
  dims: dims ?? undefined,
});
