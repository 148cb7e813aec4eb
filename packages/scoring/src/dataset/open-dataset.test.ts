import { open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ScoringError } from '../errors.js';
import { arrayOf, withFolder } from '../testing/in-process.js';
import { numpyFiles } from '../testing/numpy-files.js';
import type { DatasetReader } from './array.js';
import { type DatasetOptions, describeDataset, openDataset } from './open-dataset.js';
import { writeDataset } from './write-dataset.js';
import { directory, localHeader } from './zip-record.js';

const bytesOf = (name: keyof typeof numpyFiles): Uint8Array => Buffer.from(numpyFiles[name], 'base64');

/** Opens a file of given bytes, and closes it. */
async function withFile<Result>(
  bytes: Uint8Array,
  use: (reader: DatasetReader, folder: string) => Promise<Result>,
  options: DatasetOptions = {},
): Promise<Result> {
  return withFolder(async (folder) => {
    const path = join(folder, 'data.npz');
    await writeFile(path, bytes);
    const reader = await openDataset(path, { ...options, workDir: folder });
    try {
      return await use(reader, folder);
    } finally {
      await reader.close();
    }
  });
}

async function described(bytes: Uint8Array, options: DatasetOptions = {}) {
  return withFolder(async (folder) => {
    const path = join(folder, 'data.npz');
    await writeFile(path, bytes);
    return describeDataset(path, options);
  });
}

const numbers = async (reader: DatasetReader, samples: readonly number[], name = 'x'): Promise<number[]> => {
  const { bytes } = await reader.rows(name, samples);
  return [...new Float32Array(bytes.buffer)];
};

test.each(['stored', 'deflated'] as const)('reads what numpy wrote by sample, in any order: %s', async (file) => {
  await withFile(bytesOf(file), async (reader) => {
    expect(reader).toMatchObject({ samples: 4, hasLabels: true });
    expect(reader.arrays).toEqual([{ name: 'x', elementType: 'float32', shape: [4, 2, 3] }]);
    expect(await reader.rows('x', [3, 1])).toMatchObject({ elementType: 'float32', dims: [2, 2, 3] });
    expect(await numbers(reader, [3, 1])).toEqual([18, 19, 20, 21, 22, 23, 6, 7, 8, 9, 10, 11]);
    const [second, third] = [
      [6, 7, 8, 9, 10, 11],
      [12, 13, 14, 15, 16, 17],
    ];
    expect(await numbers(reader, [1, 2, 2])).toEqual([second, third, third].flat());
    expect(await numbers(reader, [])).toEqual([]);
    expect([...(await reader.labels([3, 2, 1]))]).toEqual([2, 1, 0]);
  });
});

test('a single .npy is an array without a name, and without labels', async () => {
  await withFile(bytesOf('single'), async (reader) => {
    expect(reader.arrays).toEqual([{ name: '', elementType: 'float32', shape: [4, 2, 3] }]);
    expect(await numbers(reader, [2], '')).toEqual([12, 13, 14, 15, 16, 17]);
    await expect(reader.labels([0])).rejects.toMatchObject({ code: 'labels-missing' });
  });
  expect(await described(bytesOf('single'))).toMatchObject({ samples: 4, classes: null });
});

test('what was unpacked is removed when the data are closed', async () => {
  await withFile(bytesOf('deflated'), async (reader, folder) => {
    expect(await readdir(folder)).toEqual(['data.npz']);
    await reader.rows('x', [0]);
    expect(await readdir(folder)).toHaveLength(2);
    await reader.close();
    expect(await readdir(folder)).toEqual(['data.npz']);
  });
});

test.each(['stored', 'deflated'] as const)('describes every array and the classes: %s', async (file) => {
  expect(await described(bytesOf(file))).toEqual({
    samples: 4,
    classes: 3,
    arrays: [
      { name: 'x', elementType: 'float32', shape: [4, 2, 3] },
      { name: 'labels', elementType: 'int64', shape: [4] },
    ],
  });
});

test.each([
  ['fortran', 'Fortran order', 'ascontiguousarray'],
  ['pickled', 'pickled', 'allow_pickle'],
  ['tall', 'labels are int64 of shape 4×1', 'one class per sample'],
  ['negative', '-1 is no label', 'leave out'],
  ['unequal', 'array z holds 3 samples, but x holds 4', 'first axis'],
  ['scalar', 'one number', ''],
  ['empty', 'holds nothing', ''],
] as const)('%s arrays are refused, and it is said why', async (file, message, hint) => {
  const cause = await described(bytesOf(file)).catch((error: unknown) => error);
  expect(cause).toBeInstanceOf(ScoringError);
  expect(cause).toMatchObject({ code: 'dataset-invalid', message: expect.stringContaining(message) });
  expect(String(cause instanceof ScoringError ? cause.hint : '')).toContain(hint);
});

test('a sample or an array that is not there is a mistake of the caller', async () => {
  await withFile(bytesOf('stored'), async (reader) => {
    for (const sample of [4, -1, 0.5]) await expect(reader.rows('x', [sample])).rejects.toThrow(RangeError);
    await expect(reader.rows('y', [0])).rejects.toThrow(RangeError);
  });
});

test('a file that is not there, or no archive, is refused', async () => {
  await expect(openDataset('/nowhere/data.npz')).rejects.toMatchObject({ code: 'dataset-invalid' });
  await expect(described(Buffer.from('label,pixel\n1,2\n'))).rejects.toMatchObject({ code: 'dataset-invalid' });
});

test('deflated data may not unpack beyond the limit', async () => {
  await expect(described(bytesOf('deflated'), { maxUnpackedBytes: 300 })).rejects.toMatchObject({
    code: 'dataset-invalid',
    message: expect.stringContaining('limit of 300 bytes'),
  });
});

test('a shape that declares more than there is fails before anything is read', async () => {
  const bytes = Buffer.from(bytesOf('stored'));
  const place = bytes.indexOf("'shape': (4, 2, 3)");
  bytes.write("'shape': (9, 2, 3)", place);
  await expect(described(bytes)).rejects.toMatchObject({ message: expect.stringContaining('declares 9×2×3') });
  bytes.write("'shape': (4000000000, 2, 3), }".padEnd(40).slice(0, 30), place);
  await expect(described(bytes)).rejects.toMatchObject({ code: 'dataset-invalid' });
});

test('a member that claims to be larger than it is fails when it is looked through', async () => {
  const bytes = Buffer.from(bytesOf('deflated'));
  const entry = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  bytes.writeUInt32LE(bytes.readUInt32LE(entry + 24) + 96, entry + 24);
  await expect(described(bytes)).rejects.toMatchObject({ code: 'dataset-invalid' });
});

test.each(['stored', 'deflated', 'single'] as const)(
  'damage anywhere is an error of ours or does no harm: %s',
  async (file) => {
    const whole = bytesOf(file);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.nat(255),
        fc.option(fc.nat(whole.length), { nil: undefined }),
        async (place, value, end) => {
          const damaged = Uint8Array.from(whole);
          damaged[place] = value;
          const outcome = await described(damaged.subarray(0, end)).catch((cause: unknown) => cause);
          expect(
            outcome instanceof ScoringError ||
              (typeof outcome === 'object' && outcome !== null && 'samples' in outcome),
          ).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  },
);

test('what is written can be read, however the bytes come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 7 }),
      async (values, size) => {
        const x = Float32Array.from(values);
        const bytes = new Uint8Array(x.buffer);
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        const labels = arrayOf(
          'labels',
          'uint8',
          [x.length],
          Uint8Array.from(values, (_, index) => index % 5),
        );
        await withFolder(async (folder) => {
          const path = join(folder, 'data.npz');
          await writeDataset(path, [{ name: 'x', elementType: 'float32', shape: [x.length], chunks: pieces }, labels]);
          expect(await readdir(folder)).toEqual(['data.npz']);
          const reader = await openDataset(path);
          const last = x.length - 1;
          expect(await numbers(reader, [last, 0])).toEqual([x[last], x[0]]);
          expect([...(await reader.labels([last]))]).toEqual([last % 5]);
          await reader.close();
        });
      },
    ),
    { numRuns: 30 },
  );
});

test.each([
  [3, 'has more bytes'],
  [1, 'and its shape'],
] as const)('%i elements are not two: nothing is left of the file', async (count, message) => {
  await withFolder(async (folder) => {
    const array = { ...arrayOf('x', 'float32', [2], new Float32Array(count)) };
    await expect(writeDataset(join(folder, 'data.npz'), [array])).rejects.toMatchObject({
      code: 'dataset-invalid',
      message: expect.stringContaining(message),
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

test('arrays beyond 4 GiB are read where they lie', async () => {
  await withFolder(async (folder) => {
    // A sparse file: what is not written takes no room.
    const path = join(folder, 'large.npz');
    const shape = [2, 2 ** 31 + 64];
    const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`.padEnd(117);
    const head = Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
      Buffer.from([118, 0]),
      Buffer.from(`${text}\n`),
    ]);
    const sizeBytes = head.length + 2 * (2 ** 31 + 64);
    const member = { name: 'x.npy', sizeBytes, crc32: 0, offset: 0 };
    const header = localHeader(member);
    const labels = Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
      Buffer.from([118, 0]),
      Buffer.from(`${"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }".padEnd(117)}\n`),
      Buffer.from([4, 6]),
    ]);
    const second = { name: 'labels.npy', sizeBytes: labels.length, crc32: 0, offset: header.length + sizeBytes };
    const end = second.offset + localHeader(second).length + labels.length;
    const file = await open(path, 'w');
    await file.write(Buffer.concat([header, head]), 0, header.length + head.length, 0);
    await file.write(Buffer.concat([localHeader(second), labels]), 0, end - second.offset, second.offset);
    const list = directory([member, second], end);
    await file.write(list, 0, list.length, end);
    await file.close();
    const reader = await openDataset(path);
    expect(reader.samples).toBe(2);
    expect([...(await reader.labels([1, 0]))]).toEqual([6, 4]);
    expect(await describeDataset(path)).toMatchObject({ samples: 2, classes: 7 });
    await reader.close();
  });
});
