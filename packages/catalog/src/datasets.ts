import type { Dataset, Model, ScoringSpec, TensorInfo } from '@espalier/contracts';
import { elementTypeNamed } from '@espalier/onnx';
import { filterCriteria } from '@espalier/pruning';
import { describeDataset, feedingPlan, ScoringError } from '@espalier/scoring';
import type { StagedArtifact, Store } from '@espalier/store';
import { isFilterCriterion, SENSITIVITY } from './criteria.js';

/** The array that holds the classes of the samples. */
const LABELS = 'labels';
/** Criteria that look at activations only; all others need a loss, and that needs labels. */
const WITHOUT_LABELS: ReadonlySet<string> = new Set(['cka', 'block-influence', 'activation']);

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
 * where they are needed.
 * @throws ScoringError `dataset-unfit`, `labels-missing`, `criterion-not-applicable`
 */
export function checkFit(
  { inputs }: Pick<Model, 'inputs'>,
  { classes, arrays }: Pick<Dataset, 'classes' | 'arrays'>,
  { criterion, filterCriterion }: Pick<ScoringSpec, 'criterion' | 'filterCriterion'>,
): void {
  feedingPlan(
    { graph: { inputs: inputs.map(asDeclared) } },
    arrays.filter(({ name }) => name !== LABELS),
  );
  if (classes === null && !WITHOUT_LABELS.has(criterion)) {
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
