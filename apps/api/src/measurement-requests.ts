import type { MeasurementRequest } from '@espalier/contracts';
import type { CreatedMeasurement, QueuedJob } from '@espalier/store';

/** The jobs of those measurements of a batch that are new. */
export function queuedJobsOf(
  created: readonly CreatedMeasurement[],
  requests: readonly MeasurementRequest[],
): readonly QueuedJob[] {
  return created.flatMap(({ created: isNew, measurement: { id, attempt, target } }, at) =>
    isNew ? [{ measurementId: id, attempt, target, priority: requests[at]?.priority ?? 100 }] : [],
  );
}
