import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findImages } from './image-folder.js';
import { imageReader } from './image-tensor.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espalier-images-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a flat folder has no classes; what is no image and what is hidden is passed over', async () => {
  for (const name of ['b.PNG', 'a.jpeg', 'readme.md', '.hidden.png']) await writeFile(join(folder, name), '');
  const { images, classes } = await findImages(folder);
  expect(classes).toBeNull();
  expect(images).toEqual(['a.jpeg', 'b.PNG'].map((name) => ({ path: join(folder, name), label: null })));
});

test('a class without images keeps its label', async () => {
  for (const name of ['a', 'B', 'c']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'c', 'x.png'), '');
  const { images, classes } = await findImages(folder);
  expect(classes).toEqual(['B', 'a', 'c']);
  expect(images).toMatchObject([{ label: 2 }]);
});

test('images beside folders are refused, and so is a folder without any', async () => {
  await mkdir(join(folder, 'a'));
  await expect(findImages(folder)).rejects.toMatchObject({
    code: 'images-missing',
    hint: expect.stringContaining('flat'),
  });
  await writeFile(join(folder, 'x.png'), '');
  await expect(findImages(folder)).rejects.toMatchObject({ message: expect.stringContaining('beside its folders') });
});

test('a file that is no image is named', async () => {
  const path = join(folder, 'broken.png');
  await writeFile(path, 'nothing');
  const read = await imageReader({ sizePx: 8, crop: 1, channels: 3, mean: [0], std: [1] });
  await expect(read(path)).rejects.toMatchObject({ code: 'image-unreadable', message: expect.stringContaining(path) });
});
