import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Candidate, Dataset, InputData, Model, Sha256 } from '@espalier/contracts';
import type { Client } from './client.js';
import { ClientError } from './error.js';
import type { CallOptions } from './options.js';

/** How far an upload or a download is; `totalBytes` is null when the server does not say. */
export interface TransferProgress {
  readonly bytes: number;
  readonly totalBytes: number | null;
}

/** What uploading a file takes. */
export interface UploadFileOptions extends CallOptions {
  /** Called after every piece; a second try starts at 0 again. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error('it is not a file');
    return found.size;
  } catch (cause) {
    throw new ClientError('file-unreadable', `cannot read ${path}: ${String(cause)}`, { cause });
  }
}

/** The file as a stream of web pieces, read only as fast as they are sent. */
function streamOf(path: string, totalBytes: number, onProgress: UploadFileOptions['onProgress']) {
  return (): ReadableStream<Uint8Array<ArrayBuffer>> => {
    const pieces: AsyncIterator<Buffer<ArrayBuffer>> = createReadStream(path, { highWaterMark: 1 << 20 })[
      Symbol.asyncIterator
    ]();
    let bytes = 0;
    return new ReadableStream({
      async pull(controller) {
        const piece = await pieces.next();
        if (piece.done) {
          controller.close();
          return;
        }
        bytes += piece.value.byteLength;
        controller.enqueue(piece.value);
        onProgress?.({ bytes, totalBytes });
      },
      async cancel() {
        await pieces.return?.();
      },
    });
  };
}

/**
 * Uploads a model from a file, without holding it in memory. Its name is the file's, unless given.
 * @throws ClientError `file-unreadable`, or what the API answers
 */
export async function uploadModelFile(
  client: Client,
  path: string,
  { name = basename(path), onProgress, signal }: UploadFileOptions & { readonly name?: string } = {},
): Promise<Model> {
  const totalBytes = await sizeOf(path);
  return client.models.upload(streamOf(path, totalBytes, onProgress), { name, signal });
}

/**
 * Uploads a pruned model as a candidate of `modelId`.
 * @throws ClientError `file-unreadable`, or what the API answers
 */
export async function uploadCandidateFile(
  client: Client,
  modelId: Sha256,
  path: string,
  { onProgress, signal }: UploadFileOptions = {},
): Promise<Candidate> {
  const totalBytes = await sizeOf(path);
  return client.candidates.upload(modelId, streamOf(path, totalBytes, onProgress), { signal });
}

/**
 * Uploads input data from an .npz file.
 * @throws ClientError `file-unreadable`, or what the API answers
 */
export async function uploadInputFile(
  client: Client,
  path: string,
  { onProgress, signal }: UploadFileOptions = {},
): Promise<InputData> {
  const totalBytes = await sizeOf(path);
  return client.inputs.upload(streamOf(path, totalBytes, onProgress), { signal });
}

/**
 * Uploads calibration data from an .npz file, without holding it in memory.
 * @throws ClientError `file-unreadable`, or what the API answers
 */
export async function uploadDatasetFile(
  client: Client,
  path: string,
  { onProgress, signal }: UploadFileOptions = {},
): Promise<Dataset> {
  const totalBytes = await sizeOf(path);
  return client.datasets.upload(streamOf(path, totalBytes, onProgress), { signal });
}
