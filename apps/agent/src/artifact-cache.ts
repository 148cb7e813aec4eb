import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@espalier/client';
import { downloadArtifact } from '@espalier/client/node';
import type { Sha256 } from '@espalier/contracts';
import type { Logger } from 'pino';

/** Artifacts on this device's disk. */
export interface ArtifactCache {
  /**
   * The paths of artifacts, in the order asked for; what is not here is downloaded. The paths stay valid until the next
   * call, however full the cache is.
   * @throws ClientError as `downloadArtifact` does
   */
  readonly fetch: (sha256s: readonly Sha256[], signal: AbortSignal) => Promise<readonly string[]>;
}

/** What the cache needs. */
export interface ArtifactCacheOptions {
  readonly dir: string;
  /** The artifacts used longest ago go when the cache holds more. */
  readonly maxBytes: number;
  readonly client: Client;
  readonly log: Logger;
  readonly now: () => Date;
}

interface Entry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly usedAtMs: number;
}

const isSha256 = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest('hex');
}

/** Size and time of change; a file that looks as it did when it was checked is not read again. */
async function looksOf(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  return found === null ? null : `${found.size}:${found.mtimeMs}:${found.ino}`;
}

/** Opens the cache in `dir`, and removes what a killed agent left half-done there. */
export async function openArtifactCache(options: ArtifactCacheOptions): Promise<ArtifactCache> {
  const { dir, maxBytes, client, log, now } = options;
  await mkdir(dir, { recursive: true });
  for (const name of await readdir(dir)) if (!isSha256(name)) await rm(join(dir, name), { force: true });

  /** What a file looked like when its bytes were last checked, by path. */
  const checked = new Map<string, string>();

  async function isGood(sha256: Sha256, path: string): Promise<boolean> {
    const looks = await looksOf(path);
    if (looks === null) return false;
    if (checked.get(path) === looks) return true;
    if ((await sha256Of(path)) === sha256) return true;
    log.warn({ sha256 }, 'a cached artifact has changed on the disk; downloading it again');
    return false;
  }

  async function markUsed(path: string): Promise<void> {
    const { mtime } = await stat(path);
    await utimes(path, now(), mtime);
  }

  async function fetchOne(sha256: Sha256, signal: AbortSignal): Promise<string> {
    const path = join(dir, sha256);
    if (!(await isGood(sha256, path))) {
      const sizeBytes = await downloadArtifact(client, sha256, path, { signal });
      log.info({ sha256, sizeBytes }, 'artifact downloaded');
    }
    await markUsed(path);
    const looks = await looksOf(path);
    if (looks !== null) checked.set(path, looks);
    return path;
  }

  async function entries(): Promise<Entry[]> {
    const found: Entry[] = [];
    for (const name of (await readdir(dir)).filter(isSha256)) {
      const path = join(dir, name);
      const { size, atimeMs } = await stat(path);
      found.push({ path, sizeBytes: size, usedAtMs: atimeMs });
    }
    return found.toSorted((a, b) => a.usedAtMs - b.usedAtMs);
  }

  async function evict(keep: ReadonlySet<string>): Promise<void> {
    const oldestFirst = await entries();
    let totalBytes = oldestFirst.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
    for (const { path, sizeBytes } of oldestFirst) {
      if (totalBytes <= maxBytes) return;
      if (keep.has(path)) continue;
      await rm(path, { force: true });
      checked.delete(path);
      totalBytes -= sizeBytes;
    }
  }

  return {
    fetch: async (sha256s, signal) => {
      const paths: string[] = [];
      for (const sha256 of sha256s) paths.push(await fetchOne(sha256, signal));
      await evict(new Set(paths));
      return paths;
    },
  };
}
