import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { decodeModel } from './decode.js';
import { encodeModel } from './encode.js';
import { OnnxError } from './errors.js';
import { tensorsOf } from './map-tensors.js';
import type { OnnxModel } from './model.js';
import { DataLocation } from './proto/codes.js';

/** Linux takes at most 1,024 buffers in one call. */
const BUFFERS_PER_WRITE = 512;

/**
 * Reads a model file. External data is read from its folder, when it is asked for.
 * @throws OnnxError `file-unusable` when the file cannot be read, `model-too-large` beyond 2 GiB, and what `decodeModel` throws
 */
export async function readModelFile(path: string): Promise<OnnxModel> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if (errorCodeOf(cause) === 'ERR_FS_FILE_TOO_LARGE') throw tooLarge(path, cause);
    throw new OnnxError('file-unusable', `cannot read the model ${path}`, { cause });
  }
  return decodeModel(bytes, { baseDir: dirname(resolve(path)) });
}

/**
 * Writes a model so that `path` holds either the whole new file or what it held before, and returns the SHA-256 (hex)
 * and size of the file. A model that still has external data may only be written into the folder it came from.
 * @throws OnnxError `file-unusable`, `model-too-large`, `external-data-missing`
 */
export async function writeModelFile(model: OnnxModel, path: string): Promise<{ sha256: string; sizeBytes: number }> {
  const target = resolve(path);
  assertDataStaysBeside(model, dirname(target));
  const chunks = encodeModel(model);
  const temporary = join(dirname(target), `.${randomUUID()}.onnx.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await writeAll(file, chunks);
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new OnnxError('file-unusable', `cannot write the model ${path}`, { cause });
  }
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return { sha256: hash.digest('hex'), sizeBytes: chunks.reduce((size, chunk) => size + chunk.length, 0) };
}

function errorCodeOf(cause: unknown): unknown {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
}

function tooLarge(path: string, cause: unknown): OnnxError {
  return new OnnxError('model-too-large', `the model ${path} is larger than the 2 GiB that one ONNX file can hold`, {
    cause,
  });
}

function assertDataStaysBeside({ proto, folder }: OnnxModel, targetFolder: string): void {
  if (folder?.path === targetFolder) return;
  const external = tensorsOf(proto).find((tensor) => tensor.dataLocation === DataLocation.EXTERNAL);
  if (!external) return;
  throw new OnnxError(
    'external-data-missing',
    `tensor ${external.name} has its data in a file that would not be beside the copy`,
    {
      hint: 'inline the external data first, or write into the folder of the original',
    },
  );
}

async function writeAll(file: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  let pending = [...chunks];
  while (pending.length > 0) {
    const { bytesWritten } = await file.writev(pending.slice(0, BUFFERS_PER_WRITE));
    pending = afterBytes(pending, bytesWritten);
  }
}

/** What is left of the chunks after the first `written` bytes: the system may write less than it was given. */
function afterBytes(chunks: readonly Uint8Array[], written: number): Uint8Array[] {
  let rest = written;
  let index = 0;
  for (let chunk = chunks[index]; chunk !== undefined && chunk.length <= rest; chunk = chunks[index]) {
    rest -= chunk.length;
    index++;
  }
  const [first, ...others] = chunks.slice(index);
  return first === undefined ? [] : [first.subarray(rest), ...others];
}
