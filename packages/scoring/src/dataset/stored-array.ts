import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Rows } from './array.js';
import { datasetInvalid } from './invalid.js';
import type { Member } from './members.js';

/** An array whose samples can be read at any place of a file. */
export interface StoredArray {
  rows(samples: readonly number[]): Promise<Rows>;
  close(): Promise<void>;
}

/** Neighbours among samples, which are read at once. */
function* runsOf(samples: readonly number[]): Generator<{ readonly first: number; readonly count: number }> {
  let [first = 0] = samples;
  let count = 0;
  for (const sample of samples) {
    if (sample !== first + count) {
      yield { first, count };
      first = sample;
      count = 0;
    }
    count++;
  }
  if (count > 0) yield { first, count };
}

/** Node reads at most 2 GiB in one call. */
const AT_ONCE = 2 ** 30;

/** Fills bytes from a place of a file. */
async function readInto(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let filled = 0; filled < bytes.length; ) {
    const length = Math.min(AT_ONCE, bytes.length - filled);
    const { bytesRead } = await file.read(bytes, filled, length, position + filled);
    if (bytesRead === 0) throw datasetInvalid('the file with calibration data ends before its arrays do');
    filled += bytesRead;
  }
}

/** Where the .npy of an array lies, unpacked to a folder where that is needed. */
async function placed(
  { start, stream }: Member,
  file: FileHandle,
  workDir: () => Promise<string>,
): Promise<{ readonly from: FileHandle; readonly start: number; readonly close: () => Promise<void> }> {
  if (start !== undefined) return { from: file, start, close: () => Promise.resolve() };
  const path = join(await workDir(), `${randomUUID()}.npy`);
  await pipeline(await stream(), createWriteStream(path, { flags: 'wx' }));
  const unpacked = await open(path, 'r');
  return { from: unpacked, start: 0, close: () => unpacked.close() };
}

/** Opens an array for reading by sample; one that is deflated is unpacked into a file first. */
export async function storedArray(
  member: Member,
  file: FileHandle,
  workDir: () => Promise<string>,
): Promise<StoredArray> {
  const { elementType, shape, end, dataBytes } = member.header;
  const [count = 0, ...sampleShape] = shape;
  const sampleBytes = dataBytes / count;
  const { from, start, close } = await placed(member, file, workDir);
  return {
    close,
    rows: async (samples) => {
      const bytes = new Uint8Array(samples.length * sampleBytes);
      let filled = 0;
      for (const run of runsOf(samples)) {
        if (!Number.isInteger(run.first) || run.first < 0 || run.first + run.count > count) {
          throw new RangeError(`there is no sample ${run.first + run.count - 1} among ${count}`);
        }
        const length = run.count * sampleBytes;
        const position = start + end + run.first * sampleBytes;
        await readInto(from, bytes.subarray(filled, filled + length), position);
        filled += length;
      }
      return { elementType, dims: [samples.length, ...sampleShape], bytes };
    },
  };
}
