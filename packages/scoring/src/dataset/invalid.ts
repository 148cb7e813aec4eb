import { MeasureError } from '@espalier/measure';
import { ScoringError } from '../errors.js';

/** That a file with calibration data cannot be used. */
export function datasetInvalid(message: string, hint?: string, cause?: unknown): ScoringError {
  return new ScoringError('dataset-invalid', message, { hint, cause });
}

/** Whatever went wrong with the file, as an error of this package. */
export function asDatasetInvalid(cause: unknown): ScoringError {
  if (cause instanceof ScoringError) return cause;
  if (cause instanceof MeasureError) return datasetInvalid(cause.message, cause.hint, cause);
  const why = cause instanceof Error ? cause.message : String(cause);
  return datasetInvalid(
    `the calibration data are no .npz or .npy, cannot be read, or are damaged: ${why}`,
    'save them with numpy.savez',
    cause,
  );
}
