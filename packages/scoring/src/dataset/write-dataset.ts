import type { ArrayInfo } from './array.js';
import { ScoringError } from '../errors.js';

/** An array to be written, and its little-endian bytes in pieces of any size. */
export interface ArraySource extends ArrayInfo {
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * Writes arrays as an .npz that is stored, not deflated, one array after the other and each piece by piece. The file is
 * there whole or not at all.
 * @throws ScoringError `dataset-invalid` when arrays are of no type that numpy has, or have fewer or more bytes than
 * their shape says
 */
export async function writeDataset(path: string, _arrays: readonly ArraySource[]): Promise<void> {
  throw new ScoringError('dataset-invalid', `${path} cannot be written yet`);
}
