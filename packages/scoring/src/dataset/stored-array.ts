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

/** Where the .npy of an array lies, unpacked to a folder where that is needed. */
async function placed(
  { name, start, stream }: Member,
  file: FileHandle,
  workDir: () => Promise<string>,
): Promise<{ readonly from: FileHandle; readonly start: number; readonly close: () => Promise<void> }> {
  if (start !== undefined) return { from: file, start, close: () => Promise.resolve() };
  const path = join(await workDir(), `${Buffer.from(name).toString('hex').slice(0, 100)}.npy`);
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
        const { bytesRead } = await from.read(bytes, filled, length, position);
        if (bytesRead !== length) throw datasetInvalid(`the file ends within array ${member.name || 'of the .npy'}`);
        filled += length;
      }
      return { elementType, dims: [samples.length, ...sampleShape], bytes };
    },
  };
}
