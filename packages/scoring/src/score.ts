import type { MeasurementProgress, ScoreResult, ScoringSpec } from '@espalier/contracts';
import { ScoringError } from './errors.js';

/** What is scored, and how. */
export interface ScoreRequest {
  readonly modelPath: string;
  readonly datasetPath: string;
  readonly spec: ScoringSpec;
  /** Intra-op threads; 0: one for every CPU that may be used. */
  readonly threads: number;
}

/** Limits of a scoring, and who hears of it. */
export interface ScoreOptions {
  /** Called about twice a second; `runs` are passes of a mini-batch through a model. */
  readonly onProgress?: ((progress: MeasurementProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Resident memory of the process that scores; 90 % of what this process may use by default. */
  readonly memoryLimitBytes?: number | undefined;
  /** It is killed after this long; a day by default, since what a criterion costs is up to its data. */
  readonly deadlineMs?: number | undefined;
}

/**
 * Scores the blocks of a model on calibration data, in a child process with a deadline and a memory limit.
 * @throws ScoringError of any code; MeasureError `model-invalid`, `input-unresolved`, `probe-timeout`,
 *   `probe-out-of-memory`, `probe-crashed`, `cancelled`; OnnxError for a model that is none
 */
export async function score({ spec }: ScoreRequest, _options: ScoreOptions = {}): Promise<ScoreResult> {
  throw new ScoringError('criterion-not-applicable', `${spec.criterion} cannot be computed yet`);
}
