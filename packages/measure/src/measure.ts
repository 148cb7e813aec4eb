import type { MeasurementResult, MeasurementSpec } from '@espalier/contracts';
import { estimateAt, finish, inputsFed, roundTimes } from './measuring/finished.js';
import type { Job, MeasureOptions } from './measuring/options.js';
import { processVariance, ratioEstimate } from './result/estimate.js';

export type { MeasureOptions } from './measuring/options.js';

/** What to measure: the subject, interleaved with the control when there is one. */
export interface MeasureRequest {
  readonly subjectPath: string;
  readonly controlPath?: string | undefined;
  /** A .npz with the data of every input; absent: random data, by seed. */
  readonly inputDataPath?: string | undefined;
  readonly spec: MeasurementSpec;
}

/**
 * Measures the latency of a model in fresh child processes, interleaved with a control when one is given, and reports it
 * with intervals, surroundings and warnings. It does not say that it converged unless it did: see `converged` and the
 * warnings of the result.
 * @throws MeasureError `model-invalid`, `provider-unavailable`, `input-unresolved`, `probe-timeout`, `probe-out-of-memory`,
 *   `probe-crashed`, `cancelled`
 */
export async function measure(request: MeasureRequest, options: MeasureOptions = {}): Promise<MeasurementResult> {
  const { subjectPath, controlPath, inputDataPath, spec } = request;
  const artifactPaths = controlPath === undefined ? [subjectPath] : [subjectPath, controlPath];
  const job: Job = { artifactPaths, inputDataPath, spec };
  const finished = await finish(job, options);
  const { take, environment, discarded, wallSeconds } = finished;
  const { verdicts, takes } = take;
  return {
    subject: estimateAt(finished, job, 0, verdicts.subject.converged),
    ...(controlPath === undefined
      ? {}
      : {
          control: estimateAt(finished, job, 1, verdicts.alone[1]?.converged ?? false),
          ratio: ratioEstimate(takes, spec.statistic),
        }),
    environment,
    warnings: [...take.warnings],
    inputs: inputsFed(take),
    atMs: roundTimes(take),
    processVariance: processVariance(takes, spec.statistic),
    discarded,
    peakRssBytes: take.peakRssBytes,
    wallSeconds,
  };
}
