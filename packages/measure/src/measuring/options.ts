import type { MeasurementProgress, MeasurementSpec } from '@espalier/contracts';

/** Limits of a measurement, and who hears of it. */
export interface MeasureOptions {
  /** Called about twice a second. */
  readonly onProgress?: ((progress: MeasurementProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Resident memory of the probe; 90 % of what this process may use by default. */
  readonly memoryLimitBytes?: number | undefined;
  /**
   * All of it, repeats included, has to be done after this long, or the probe is killed. By default each probe has two
   * minutes plus three times the spec's `maxSeconds`.
   */
  readonly deadlineMs?: number | undefined;
}

/** Artifacts that run in the same rounds, what they are fed, and how they are measured. */
export interface Job {
  /** At least one; the subject first. */
  readonly artifactPaths: readonly string[];
  /** A .npz with the data of every input; absent: random data, by seed. */
  readonly inputDataPath?: string | undefined;
  readonly spec: MeasurementSpec;
}
