import { readFile } from 'node:fs/promises';
import type { InputArrays } from '../inputs/input-data.js';
import { MeasureError } from '../measure-error.js';

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new MeasureError('input-data-invalid', `the file with input data cannot be read: ${String(cause)}`, {
      cause,
    });
  }
}

/**
 * The arrays of a file with input data, if there is one.
 * @throws MeasureError `input-data-invalid`
 */
export async function inputArraysIn(path: string | undefined): Promise<InputArrays | undefined> {
  if (path === undefined) return undefined;
  const { readInputData } = await import('../inputs/input-data.js');
  return readInputData(await bytesOf(path));
}
