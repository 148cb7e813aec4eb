import type { Rows } from './array.js';
import { datasetInvalid } from './invalid.js';

/** The array that holds the class of each sample. */
export const LABELS = 'labels';

/** Element types that labels may have: numpy's own integers, and what small sets of classes are saved as. */
export const LABEL_TYPES: ReadonlySet<string> = new Set(['int64', 'int32', 'uint8']);

const MAX_CLASS = 2 ** 31 - 1;

function numbersOf({ elementType, bytes: { buffer } }: Rows): ArrayLike<number | bigint> {
  if (elementType === 'int64') return new BigInt64Array(buffer);
  return elementType === 'int32' ? new Int32Array(buffer) : new Uint8Array(buffer);
}

/**
 * Labels as numbers.
 * @throws ScoringError `dataset-invalid` for what is no class
 */
export function classesOf(rows: Rows): Int32Array {
  const classes = Int32Array.from(numbersOf(rows), (label) => {
    const value = Number(label);
    if (value < 0 || value > MAX_CLASS) {
      throw datasetInvalid(`${label} is no label: classes are counted from 0`, 'leave out samples without a class');
    }
    return value;
  });
  return classes;
}
