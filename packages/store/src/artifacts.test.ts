import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openArtifacts } from './artifacts.js';
import { openDatabase } from './database.js';
import { bytesOf, openScene, type Scene } from './testing/scene.js';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => await scene.close());

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');
const staged = async (): Promise<string[]> => await readdir(join(scene.artifactsDir, 'staging'));

test('a kept artifact lies under its SHA-256 and can be read there', async () => {
  const { store } = scene;
  const received = await store.artifacts.receive(bytesOf('one ', 'model'), { maxBytes: 100 });
  expect(received).toMatchObject({ sha256: sha256Of('one model'), sizeBytes: 9 });
  await received.keep('model');
  const { path, sizeBytes } = await store.artifacts.get(received.sha256);
  expect(sizeBytes).toBe(9);
  expect(path).toBe(join(scene.artifactsDir, received.sha256.slice(0, 2), received.sha256.slice(2)));
  expect(await readFile(path, 'utf8')).toBe('one model');
  expect(await staged()).toEqual([]);
});

test('the same bytes kept twice, at once, are one artifact', async () => {
  const { store } = scene;
  const kept = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const received = await store.artifacts.receive(bytesOf('twice'), { maxBytes: 100 });
      return await received.keep('candidate');
    }),
  );
  expect(new Set(kept.map(({ path }) => path)).size).toBe(1);
  expect(await readFile(kept[0]?.path ?? '', 'utf8')).toBe('twice');
});

test('a file that a writer made is taken over as it is', async () => {
  const { store } = scene;
  const made = await store.artifacts.stage(async (path) => {
    await writeFile(path, 'made');
    return { sha256: sha256Of('made'), sizeBytes: 4 };
  });
  const { path } = await made.keep('candidate');
  expect(await readFile(path, 'utf8')).toBe('made');
});

test('a discarded file leaves nothing behind', async () => {
  const received = await scene.store.artifacts.receive(bytesOf('no good'), { maxBytes: 100 });
  await received.discard();
  expect(await staged()).toEqual([]);
  await expect(scene.store.artifacts.get(received.sha256)).rejects.toMatchObject({ code: 'artifact-unknown' });
});

test.each([
  ['one byte too many', bytesOf('12345', '6'), 'artifact-too-large'],
  ['nothing at all', bytesOf(), 'artifact-empty'],
  ['only empty pieces', bytesOf('', ''), 'artifact-empty'],
])('%s is refused and leaves nothing behind', async (_what, source, code) => {
  await expect(scene.store.artifacts.receive(source, { maxBytes: 5 })).rejects.toMatchObject({ code });
  expect(await staged()).toEqual([]);
});

test('a file of exactly the limit is taken', async () => {
  const received = await scene.store.artifacts.receive(bytesOf('12345'), { maxBytes: 5 });
  expect(received.sizeBytes).toBe(5);
  await received.discard();
});

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('the line went dead');
}

test('an upload that breaks off leaves nothing behind', async () => {
  await expect(scene.store.artifacts.receive(broken(), { maxBytes: 100 })).rejects.toThrow('the line went dead');
  expect(await staged()).toEqual([]);
});

test('a full disk is said as such, also when the writer wrapped the reason', async () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
  const writing = scene.store.artifacts.stage(async (path) => {
    await writeFile(path, 'as far as it went');
    throw new Error('cannot write the model', { cause: full });
  });
  await expect(writing).rejects.toMatchObject({ code: 'disk-full', retryable: true });
  expect(await staged()).toEqual([]);
});

test('what broken-off uploads left a day ago is swept at the start, younger files stay', async () => {
  const folder = join(scene.artifactsDir, 'swept');
  await mkdir(join(folder, 'staging'), { recursive: true });
  await writeFile(join(folder, 'staging', 'old'), 'x');
  await writeFile(join(folder, 'staging', 'young'), 'x');
  await utimes(join(folder, 'staging', 'old'), new Date(0), new Date(0));
  await openArtifacts(openDatabase(scene.databaseUrl, 1), folder, () => Date.now());
  expect(await readdir(join(folder, 'staging'))).toEqual(['young']);
});
