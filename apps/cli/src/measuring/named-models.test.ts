import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { distinctNames } from './named-models.js';

test('models are called after their files, by whole paths where two are called alike, and numbered where one comes twice', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'espalier-names-'));
  try {
    const paths = [join(folder, 'a.onnx'), join(folder, 'old', 'a.onnx'), join(folder, 'b.onnx')];
    await mkdir(join(folder, 'old'));
    for (const path of paths) await writeFile(path, '');
    expect(distinctNames(paths)).toEqual([paths[0], paths[1], 'b']);
    expect(distinctNames(['resnet20', 'resnet20', 'resnet56'])).toEqual(['resnet20', 'resnet20 (2)', 'resnet56']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
