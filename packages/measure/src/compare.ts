import type { ComparisonResult, MeasurementSpec } from '@espalier/contracts';
import { estimateAt, finish, inputsFed, roundTimes } from './measuring/finished.js';
import type { Job, MeasureOptions } from './measuring/options.js';
import { ranksOf, simultaneousRatios } from './statistics/simultaneous.js';

/** What to compare, in one interleaved run. */
export interface CompareRequest {
  /** Two or more models with the same inputs; the others are fed like the first. */
  readonly paths: readonly string[];
  /** A .npz with the data of every input; absent: random data, by seed. */
  readonly inputDataPath?: string | undefined;
  readonly spec: MeasurementSpec;
}

/**
 * Measures several models in the same rounds and says which are really different: the ratio of every pair, with intervals
 * that hold together. It goes on until the statistic and the ratios are as precise as the spec asks for, or to its caps.
 * @throws RangeError with fewer than two models
 * @throws MeasureError as `measure` does
 */
export async function compare(request: CompareRequest, options: MeasureOptions = {}): Promise<ComparisonResult> {
  const { paths, inputDataPath, spec } = request;
  if (paths.length < 2) throw new RangeError(`a comparison needs two models, not ${paths.length}`);
  const job: Job = { artifactPaths: paths, inputDataPath, spec };
  const finished = await finish(job, options);
  const { take, environment, discarded, wallSeconds } = finished;
  const pairs = simultaneousRatios(take.takes, spec.statistic);
  return {
    statistic: spec.statistic,
    artifacts: paths.map((_, index) =>
      estimateAt(finished, job, index, take.verdicts.alone[index]?.converged ?? false),
    ),
    pairs,
    ranks: ranksOf(pairs, paths.length),
    environment,
    warnings: [...take.warnings],
    inputs: inputsFed(take),
    atMs: roundTimes(take),
    discarded,
    wallSeconds,
  };
}
