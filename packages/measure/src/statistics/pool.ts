import { quantile } from './quantile.js';
import { Sample } from './sample.js';

/**
 * The samples of several fresh processes as one: the distribution of a typical process.
 *
 * Each process's values are scaled so that all have the same median, the geometric mean of theirs; so the statistic of the
 * whole is a mean over processes, each counting alike as one draw of what differs between them, and a tail rests on the
 * runs of all. One process stays as it is.
 */
export interface Pool {
  /** All values, process after process. */
  readonly sample: Sample;
  /** The samples as they came, at least one. */
  readonly processes: readonly Sample[];
}

/**
 * Makes a {@link Pool}.
 * @param processes at least one; with positive medians when there are several
 * @throws RangeError without any
 */
export function pool(processes: readonly Sample[]): Pool {
  const [first] = processes;
  if (first === undefined) throw new RangeError('no process, no statistic');
  if (processes.length === 1) return { sample: first, processes };
  const medians = processes.map(({ sorted }) => quantile(sorted, 0.5));
  const centre = Math.exp(medians.reduce((sum, middle) => sum + Math.log(middle), 0) / medians.length);
  const scaled = processes.flatMap(({ values }, index) => {
    const scale = centre / (medians[index] ?? centre);
    return Array.from(values, (value) => value * scale);
  });
  return { sample: Sample.of(scaled), processes };
}

/** A series over all values of the pool, cut into one segment a process. */
export function segmentsOf({ processes }: Pool, series: Float64Array): Float64Array[] {
  let from = 0;
  return processes.map(({ n }) => {
    const segment = series.subarray(from, from + n);
    from += n;
    return segment;
  });
}

/**
 * Factor on the variance of a pooled statistic by which counting every process alike is worse than counting every run
 * alike: N·Σ(1/n_i)/k², 1 when all have the same number of runs.
 */
export function imbalance({ processes, sample }: Pool): number {
  const reciprocals = processes.reduce((sum, { n }) => sum + 1 / n, 0);
  return (sample.n * reciprocals) / processes.length ** 2;
}
