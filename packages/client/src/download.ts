import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sha256 } from '@espalier/contracts';
import type { Client } from './client.js';
import { ClientError } from './error.js';
import type { CallOptions } from './options.js';
import type { TransferProgress } from './upload.js';

/** What downloading takes. */
export interface DownloadOptions extends CallOptions {
  readonly onProgress?: (progress: TransferProgress) => void;
}

/** Does something with the disk; an error of it says which file it was about. */
async function onDisk<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw new ClientError('file-unwritable', `cannot write ${path}: ${String(cause)}`, { cause });
  }
}

async function* piecesOf(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ClientError('api-unreachable', 'the connection to the API broke during a download', { cause });
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function receive(
  client: Client,
  sha256: Sha256,
  file: FileHandle,
  path: string,
  { onProgress, signal }: DownloadOptions,
): Promise<number> {
  const artifact = await client.artifacts.open(sha256, { signal });
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const piece of piecesOf(artifact.body, signal)) {
      hash.update(piece);
      await onDisk(path, () => file.writeFile(piece));
      bytes += piece.byteLength;
      onProgress?.({ bytes, totalBytes: artifact.sizeBytes });
    }
    const received = hash.digest('hex');
    if (received === sha256) return bytes;
    throw new ClientError('artifact-corrupt', `artifact ${sha256} arrived as other bytes (${received})`, {
      hint: 'the store behind the API is damaged, or something on the way changes what it carries',
    });
  } finally {
    artifact.close();
  }
}

/**
 * Downloads an artifact to a file. The file appears under its name only when complete and its SHA-256 right; an older
 * file there is replaced, and nothing half-done stays behind.
 * @returns its size in bytes
 * @throws ClientError `artifact-corrupt`, `file-unwritable`, `api-unreachable`, or what the API answers
 */
export async function downloadArtifact(
  client: Client,
  sha256: Sha256,
  path: string,
  options: DownloadOptions = {},
): Promise<number> {
  const temporary = `${path}.${randomUUID()}.part`;
  const file = await onDisk(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    return open(temporary, 'wx');
  });
  try {
    const sizeBytes = await receive(client, sha256, file, path, options);
    await onDisk(path, async () => {
      await file.sync();
      await file.close();
      await rename(temporary, path);
    });
    return sizeBytes;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
