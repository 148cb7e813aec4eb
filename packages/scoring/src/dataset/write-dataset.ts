import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { MeasureError, readNpyHeader, writeNpyHeader } from '@espalier/measure';
import type { ArrayInfo } from './array.js';
import { asDatasetInvalid, datasetInvalid } from './invalid.js';
import { CRC_OFFSET, directory, localHeader, type StoredMember } from './zip-record.js';

/** An array to be written, and its little-endian bytes in pieces of any size. */
export interface ArraySource extends ArrayInfo {
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  try {
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
      written += bytesWritten;
    }
  } catch (cause) {
    throw datasetInvalid('the calibration data cannot be written whole', 'is there room for them?', cause);
  }
}

/** Writes one array as a member that begins at `offset`; the checksum is put in when its bytes are known. */
async function writeMember(file: FileHandle, array: ArraySource, offset: number): Promise<StoredMember> {
  const head = writeNpyHeader(array);
  const { dataBytes } = readNpyHeader(head, `array ${array.name}`);
  const member = { name: `${array.name}.npy`, sizeBytes: head.length + dataBytes, offset };
  const header = localHeader({ ...member, crc32: 0 });
  await writeWhole(file, Buffer.concat([header, head]), offset);
  const start = offset + header.length + head.length;
  let checksum = crc32(head);
  let written = 0;
  for await (const chunk of array.chunks) {
    if (written + chunk.length > dataBytes) throw datasetInvalid(`array ${array.name} has more bytes than its shape`);
    await writeWhole(file, chunk, start + written);
    checksum = crc32(chunk, checksum);
    written += chunk.length;
  }
  if (written < dataBytes) {
    throw datasetInvalid(`array ${array.name} has ${written} bytes, and its shape (${array.shape.join('×')}) more`);
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(checksum);
  await writeWhole(file, sum, offset + CRC_OFFSET);
  return { ...member, crc32: checksum };
}

async function writeAll(file: FileHandle, arrays: readonly ArraySource[]): Promise<void> {
  const members: StoredMember[] = [];
  let end = 0;
  for (const array of arrays) {
    const member = await writeMember(file, array, end);
    members.push(member);
    end += localHeader(member).length + member.sizeBytes;
  }
  await writeWhole(file, directory(members, end), end);
}

/**
 * Writes arrays as an .npz that is stored, not deflated, one array after the other and each piece by piece. The file is
 * there whole or not at all.
 * @throws ScoringError `dataset-invalid` when arrays are of no type that numpy has, or have fewer or more bytes than
 * their shape says, or the file cannot be written; and what the pieces throw
 */
export async function writeDataset(path: string, arrays: readonly ArraySource[]): Promise<void> {
  const temporary = join(dirname(resolve(path)), `.${randomUUID()}.npz.tmp`);
  try {
    const file = await open(temporary, 'wx').catch((cause: unknown) => {
      throw datasetInvalid(`${path} cannot be written`, 'is its folder there, and may it be written to?', cause);
    });
    try {
      await writeAll(file, arrays);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause instanceof MeasureError ? asDatasetInvalid(cause) : cause;
  }
}
