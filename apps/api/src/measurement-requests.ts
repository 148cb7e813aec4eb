import type { MeasurementRequest } from '@espalier/contracts';
import type { CreatedMeasurement, QueuedJob } from '@espalier/store';
import { ApiError } from './errors.js';

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
 * Reads the spec of a filter.
 * @throws ApiError `request_invalid` when it is no JSON object
 */
export function specOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // as any other text
  }
  throw new ApiError('request_invalid', 'query/spec must be the JSON of a spec', { hint: 'such as {"threads":2}' });
}
