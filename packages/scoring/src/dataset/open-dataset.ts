import type { DatasetDescription, DatasetReader } from './array.js';
import { ScoringError } from '../errors.js';

/** Where to unpack, and how much. */
export interface DatasetOptions {
  /** Folder for what has to be unpacked; the system's temporary folder by default. */
  readonly workDir?: string | undefined;
  /** What deflated arrays may unpack to, in bytes; 64 GiB by default. */
  readonly maxUnpackedBytes?: number | undefined;
}

/**
 * Opens calibration data: an .npz, stored or deflated, or a single .npy.
 * @throws ScoringError `dataset-invalid`
 */
export async function openDataset(path: string, _options: DatasetOptions = {}): Promise<DatasetReader> {
  throw new ScoringError('dataset-invalid', `${path} cannot be read yet`);
}

/**
 * What is in a file with calibration data. Every byte that it declares is looked for; none is kept.
 * @throws ScoringError `dataset-invalid`
 */
export async function describeDataset(path: string, _options: DatasetOptions = {}): Promise<DatasetDescription> {
  throw new ScoringError('dataset-invalid', `${path} cannot be read yet`);
}
