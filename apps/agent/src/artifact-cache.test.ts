import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openArtifactCache } from './artifact-cache.js';
import { listeningLog, type Respond, sendProblem, startStandIn } from './testing.js';

const artifacts = ['aaaa', 'bbbb', 'cccc'].map((text) => ({
  text,
  sha256: createHash('sha256').update(text).digest('hex'),
}));
const [A, B, C] = artifacts.map(({ sha256 }) => sha256);
const textOf = (path: string): string | undefined => artifacts.find(({ sha256 }) => path.endsWith(sha256))?.text;

const serve: Respond = ({ path }, response) => {
  const text = textOf(path);
  if (text === undefined) sendProblem(response, 404, 'artifact-unknown');
  else response.end(text);
};

const never = new AbortController().signal;

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'espalier-cache-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function openOn(client: Parameters<typeof openArtifactCache>[0]['client'], maxBytes: number) {
  let clockMs = Date.parse('2026-01-01T00:00:00Z');
  const now = () => new Date((clockMs += 1000));
  return openArtifactCache({ dir, maxBytes, client, log: listeningLog().log, now });
}

test('an artifact is downloaded once, also over restarts', async () => {
  await using api = await startStandIn(serve);
  const paths = await (await openOn(api.client, 100)).fetch([A ?? '', B ?? ''], never);
  expect(await Promise.all(paths.map((path) => readFile(path, 'utf8')))).toEqual(['aaaa', 'bbbb']);
  const later = await openOn(api.client, 100);
  await later.fetch([B ?? ''], never);
  await later.fetch([A ?? ''], never);
  expect(api.seen).toHaveLength(2);
});

test('what was used longest ago goes first when the cache is full, but never what was just asked for', async () => {
  await using api = await startStandIn(serve);
  const cache = await openOn(api.client, 8);
  await cache.fetch([A ?? '', B ?? ''], never);
  await cache.fetch([A ?? ''], never);
  await cache.fetch([C ?? ''], never);
  expect(new Set(await readdir(dir))).toEqual(new Set([A, C]));
  const small = await openOn(api.client, 1);
  await small.fetch([A ?? '', C ?? ''], never);
  expect(new Set(await readdir(dir))).toEqual(new Set([A, C]));
});

test('bytes that changed on the disk are noticed and downloaded again', async () => {
  await using api = await startStandIn(serve);
  const cache = await openOn(api.client, 100);
  const [path = ''] = await cache.fetch([A ?? ''], never);
  await writeFile(path, 'zzzz');
  const { atime } = await stat(path);
  await utimes(path, atime, new Date('2027-01-01T00:00:00Z'));
  await cache.fetch([A ?? ''], never);
  expect(await readFile(path, 'utf8')).toBe('aaaa');
  await writeFile(path, 'yyyy');
  await (await openOn(api.client, 100)).fetch([A ?? ''], never);
  expect(await readFile(path, 'utf8')).toBe('aaaa');
});

test('half-done downloads of a killed agent are removed at the start', async () => {
  await using api = await startStandIn(serve);
  await writeFile(join(dir, `${A}.123.part`), 'aa');
  await openOn(api.client, 100);
  expect(await readdir(dir)).toEqual([]);
});

test('an artifact that the API does not have, or that arrives as other bytes, is an error with its code', async () => {
  await using api = await startStandIn(({ path }, response) =>
    path.includes('dddd') ? sendProblem(response, 404, 'artifact-unknown') : response.end('other'),
  );
  const cache = await openOn(api.client, 100);
  await expect(cache.fetch(['d'.repeat(64)], never)).rejects.toMatchObject({ code: 'artifact-unknown' });
  await expect(cache.fetch([A ?? ''], never)).rejects.toMatchObject({ code: 'artifact-corrupt' });
  expect(await readdir(dir)).toEqual([]);
});
