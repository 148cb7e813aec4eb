import { unzipSync, type UnzipFileInfo, zipSync } from 'fflate';
import { MeasureError } from '../measure-error.js';
import { dataInvalid, type InputArray, isNpy, readNpy, writeNpy } from './npy.js';

export type { InputArray } from './npy.js';

/** Arrays by the name of the input that they are for. */
export type InputArrays = ReadonlyMap<string, InputArray>;

/** The name of the array of an .npy, which has none: it is for a model with one input. */
export const ONLY_INPUT = '';

/** What a file may hold unpacked. */
const MAX_BYTES = 2 ** 30;
const MAX_ARRAYS = 1000;

const STORED = 0;
const DEFLATED = 8;

const SUFFIX = '.npy';

/** Deflate packs by at most this factor (1032, its specification), so an entry that claims more lies about its size. */
const MAX_PACKING = 1100;

/** Refuses what would cost much memory before it is unpacked. */
function entryCheck(maxBytes: number): (entry: UnzipFileInfo) => boolean {
  const names = new Set<string>();
  let totalBytes = 0;
  return ({ name, size, originalSize, compression }) => {
    if (!name.endsWith(SUFFIX)) throw dataInvalid(`the file holds ${name}, which is no .npy`);
    if (names.has(name)) throw dataInvalid(`the file holds ${name} twice`);
    names.add(name);
    if (names.size > MAX_ARRAYS) throw dataInvalid(`the file holds more than ${MAX_ARRAYS} arrays`);
    if (compression !== STORED && compression !== DEFLATED) {
      throw dataInvalid(`${name} is packed by a method that numpy does not use`);
    }
    totalBytes += originalSize;
    const isAbsurd = originalSize > MAX_PACKING * size + MAX_PACKING;
    if (totalBytes > maxBytes || isAbsurd) {
      throw dataInvalid(
        `${name} unpacks to ${originalSize} bytes, ${isAbsurd ? 'which it cannot' : `beyond the limit of ${maxBytes} in all`}`,
      );
    }
    return true;
  };
}

function unpack(bytes: Uint8Array, maxBytes: number): Readonly<Record<string, Uint8Array>> {
  try {
    return unzipSync(bytes, { filter: entryCheck(maxBytes) });
  } catch (cause) {
    if (cause instanceof MeasureError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw dataInvalid(
      `the file with input data is no .npz or .npy, or is damaged: ${why}`,
      'save it with numpy.savez',
      cause,
    );
  }
}

/**
 * Reads the arrays of an .npz (stored or deflated, as `numpy.savez` and `numpy.savez_compressed` write them), or of a
 * single .npy, whose array gets the name ''. Elements are little-endian numbers or booleans, in C order.
 * @param maxBytes what the file may hold unpacked; 1 GiB by default
 * @throws MeasureError `input-data-invalid` saying what is wrong, and where
 */
export function readInputData(bytes: Uint8Array, maxBytes: number = MAX_BYTES): InputArrays {
  if (isNpy(bytes)) return new Map([[ONLY_INPUT, readNpy(bytes, 'the file')]]);
  const entries = Object.entries(unpack(bytes, maxBytes));
  if (entries.length === 0) throw dataInvalid('the file with input data holds no array', 'save it with numpy.savez');
  return new Map(entries.map(([name, file]) => [name.slice(0, -SUFFIX.length), readNpy(file, `array ${name}`)]));
}

/**
 * Writes arrays as an .npz without compression.
 * @throws MeasureError `input-data-invalid` for elements that numpy has no type for
 */
export function writeInputData(arrays: InputArrays): Uint8Array {
  const entries = [...arrays].map(([name, array]) => [`${name}${SUFFIX}`, writeNpy(array)] as const);
  return zipSync(Object.fromEntries(entries), { level: STORED });
}
