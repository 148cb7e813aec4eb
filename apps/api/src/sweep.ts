import type { CreateMeasurements, MeasurementRequest } from '@espalier/contracts';
import { ApiError } from './errors.js';

const MAX_BATCH = 1000;

/** One request a combination: all thread counts of the first batch size, then of the next. */
function expanded(request: MeasurementRequest): MeasurementRequest[] {
  const { sweep, ...single } = request;
  if (sweep === undefined) return [single];
  if (single.kind === 'score') {
    throw new ApiError(
      'sweep-not-allowed',
      'Scores do not depend on batch sizes and threads: a sweep measures latencies',
      {
        hint: 'Leave the sweep out; spec.scoring.batch is the mini-batch of a criterion',
      },
    );
  }
  const specs = (sweep.batch ?? [undefined]).flatMap((batch) =>
    (sweep.threads ?? [undefined]).map((threads) => ({
      ...single.spec,
      ...(batch === undefined ? {} : { batch }),
      ...(threads === undefined ? {} : { threads }),
    })),
  );
  return specs.map((spec) => ({ ...single, spec }));
}

/** How many measurements a request stands for, without making them. */
const countOf = ({ sweep }: MeasurementRequest): number => (sweep?.batch?.length ?? 1) * (sweep?.threads?.length ?? 1);

/**
 * The measurements that a batch asks for, its sweeps written out, in its order.
 * @throws ApiError `batch-too-large`, `sweep-not-allowed`
 */
export function withoutSweeps({ measurements }: CreateMeasurements): readonly MeasurementRequest[] {
  const total = measurements.reduce((sum, request) => sum + countOf(request), 0);
  if (total > MAX_BATCH) {
    throw new ApiError('batch-too-large', `The batch asks for ${total} measurements, its sweeps written out`, {
      hint: `Ask for at most ${MAX_BATCH} at a time`,
    });
  }
  return measurements.flatMap(expanded);
}
