import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Queries } from './database.js';
import { StoreError } from './errors.js';
import type { ArtifactKind } from './generated/enums.js';

/** An upload that broke off leaves its file; nobody works on one for longer than this. */
const STALE_STAGING_MS = 24 * 3600 * 1000;

/** Bytes on disk that are not an artifact yet: look at them, then keep or discard them. */
export interface StagedArtifact {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Where the bytes are until `keep` or `discard`. */
  readonly path: string;
  /** Makes them an artifact, durably. The same bytes again are the same artifact. */
  keep(kind: ArtifactKind): Promise<Artifact>;
  discard(): Promise<void>;
}

/** Bytes in the content-addressed store. */
export interface Artifact {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** What it was first kept as. */
  readonly kind: ArtifactKind;
  /** A file that never changes. */
  readonly path: string;
}

/** Content-addressed files: `ab/cdef…` below the artifacts folder, the book of them in Postgres. */
export interface Artifacts {
  /**
   * Writes a stream to a staging file while hashing it.
   * @throws StoreError `artifact-too-large`, `artifact-empty`, `disk-full`; nothing is left behind
   */
  receive(source: AsyncIterable<Uint8Array>, limits: { maxBytes: number }): Promise<StagedArtifact>;
  /** Lets `write` make a staging file at the path it is given, and say what it wrote. */
  stage(write: (path: string) => Promise<{ sha256: string; sizeBytes: number }>): Promise<StagedArtifact>;
  /** @throws StoreError `artifact-unknown` */
  get(sha256: string): Promise<Artifact>;
}

/** Whether the disk or the user's share of it is full; writers may have wrapped the reason. */
function isFull(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const code: unknown = Reflect.get(error, 'code');
  return code === 'ENOSPC' || code === 'EDQUOT' || isFull(Reflect.get(error, 'cause'));
}

async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    await rm(path, { force: true });
    if (!isFull(cause)) throw cause;
    throw new StoreError('disk-full', 'No space is left for the artifact', {
      cause,
      hint: 'Free space where ESPALIER_ARTIFACTS_DIR is, or move it to a larger disk; nothing was kept',
    });
  }
}

async function writeHashed(path: string, source: AsyncIterable<Uint8Array>, maxBytes: number) {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(path, 'wx');
  try {
    for await (const chunk of source) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > maxBytes) {
        throw new StoreError('artifact-too-large', `The file is larger than ${maxBytes} bytes`, {
          hint: 'ESPALIER_MAX_UPLOAD_BYTES sets the limit for models and data sets, ESPALIER_MAX_INPUT_BYTES the one for input data',
        });
      }
      hash.update(chunk);
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
  if (sizeBytes === 0) throw new StoreError('artifact-empty', 'The file is empty');
  return { sha256: hash.digest('hex'), sizeBytes };
}

async function syncToDisk(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function sweep(staging: string, now: number): Promise<void> {
  const names = await readdir(staging);
  await Promise.all(
    names.map(async (name) => {
      const path = join(staging, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }));
      if (now - mtimeMs > STALE_STAGING_MS) await rm(path, { force: true });
    }),
  );
}

/** Opens the folder, and removes what broken-off uploads left in it a day ago. */
export async function openArtifacts(db: Queries, folder: string, now: () => number): Promise<Artifacts> {
  const staging = join(folder, 'staging');
  await mkdir(staging, { recursive: true });
  await sweep(staging, now());
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256.slice(2));

  const staged = (path: string, { sha256, sizeBytes }: { sha256: string; sizeBytes: number }): StagedArtifact => ({
    sha256,
    sizeBytes,
    path,
    keep: async (kind) => {
      const kept = pathOf(sha256);
      await writing(path, async () => {
        await syncToDisk(path);
        await mkdir(dirname(kept), { recursive: true });
        await rename(path, kept);
        await syncToDisk(dirname(kept));
      });
      await db.artifact.createMany({ data: [{ sha256, sizeBytes, kind }], skipDuplicates: true });
      return { sha256, sizeBytes, kind, path: kept };
    },
    discard: async () => await rm(path, { force: true }),
  });

  return {
    receive: async (source, { maxBytes }) => {
      const path = join(staging, randomUUID());
      return staged(path, await writing(path, async () => await writeHashed(path, source, maxBytes)));
    },
    stage: async (write) => {
      const path = join(staging, randomUUID());
      return staged(path, await writing(path, async () => await write(path)));
    },
    get: async (sha256) => {
      const row = await db.artifact.findUnique({ where: { sha256 } });
      if (row === null) throw new StoreError('artifact-unknown', `There is no artifact ${sha256}`);
      return { sha256, sizeBytes: Number(row.sizeBytes), kind: row.kind, path: pathOf(sha256) };
    },
  };
}
