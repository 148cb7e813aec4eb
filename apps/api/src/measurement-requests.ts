import { checkFit } from '@espalier/catalog';
import type { MeasurementRequest } from '@espalier/contracts';
import type { CreatedMeasurement, QueuedJob, Store } from '@espalier/store';

/** The jobs of those measurements of a batch that are new. */
export function queuedJobsOf(
  created: readonly CreatedMeasurement[],
  requests: readonly MeasurementRequest[],
): readonly QueuedJob[] {
  return created.flatMap(({ created: isNew, measurement: { id, attempt, target } }, at) =>
    isNew ? [{ measurementId: id, attempt, target, priority: requests[at]?.priority ?? 100 }] : [],
  );
}

/**
 * The data of every score of a batch fits its model, as far as that can be seen without running it. What is not there, and
 * what is no score, is left to whoever creates the measurements.
 * @throws ScoringError `dataset-unfit`, `labels-missing`, `criterion-not-applicable`
 */
export async function checkScorings(store: Store, requests: readonly MeasurementRequest[]): Promise<void> {
  for (const { kind, subject, spec } of requests) {
    const scoring = kind === 'score' ? spec?.scoring : null;
    if (scoring === null || scoring === undefined) continue;
    const [model, dataset] = await Promise.all([store.models.find(subject), store.datasets.find(scoring.dataset)]);
    if (model !== null && dataset !== null) await checkFit(store, model, dataset, scoring);
  }
}
