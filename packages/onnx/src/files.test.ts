import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { decodeModel } from './decode.js';
import { readModelFile, writeModelFile } from './files.js';
import { GraphBuilder } from './graph-builder.js';
import { inlineExternalData } from './inline.js';
import type { OnnxModel } from './model.js';
import { DataLocation, DataType } from './proto/codes.js';
import { TensorProtoSchema } from './proto/onnx_pb.js';
import { fileOf, residualModel } from './testing/models.js';
import { randomTensor, runModel } from './testing/run-model.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onnx-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a model y = x + w whose `w` (four floats) lies where `entries` say, and returns its path. */
function externalModel(entries: Record<string, string>, name = 'model.onnx'): string {
  const g = new GraphBuilder('external');
  g.input('x', 'float32', [4]);
  g.output(g.node('Add', ['x', 'w'], {}, { name: 'add' }), { as: 'y' });
  g.toGraph().initializer.push(
    create(TensorProtoSchema, {
      name: 'w',
      dims: [4n],
      dataType: DataType.FLOAT,
      dataLocation: DataLocation.EXTERNAL,
      externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
    }),
  );
  const path = join(folder, name);
  writeFileSync(path, fileOf(g.toProto()));
  return path;
}

function writeFloats(name: string, ...values: number[]): void {
  writeFileSync(join(folder, name), new Uint8Array(Float32Array.from(values).buffer));
}

async function weightOf(path: string): Promise<number[]> {
  return [...((await readModelFile(path)).graph.initializer('w')?.toFloat64() ?? [])];
}

test('a written file holds the model, and its hash and size are those of the file', async () => {
  const path = join(folder, 'out.onnx');
  const written = await writeModelFile(residualModel(), path);
  const bytes = readFileSync(path);
  expect(written).toEqual({ sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length });
  const x = randomTensor([1, 3, 8, 8]);
  expect(await runModel(await readModelFile(path), { x })).toEqual(await runModel(residualModel(), { x }));
  expect(readdirSync(folder)).toEqual(['out.onnx']);
});

test('a model of thousands of big weights is written whole', async () => {
  const g = new GraphBuilder('many', { seed: 1 });
  let x = g.input('x', 'float32', [1024]);
  for (let index = 0; index < 1500; index++) x = g.add(`add${index}`, x, g.uniform(`w${index}`, [1024], [0, 1]));
  const model = g.output(x).build();
  const path = join(folder, 'many.onnx');
  const { sizeBytes } = await writeModelFile(model, path);
  const again = decodeModel(readFileSync(path));
  expect(sizeBytes).toBeGreaterThan(1500 * 4096);
  expect(again.graph.initializer('w1499')?.toFloat32()).toEqual(model.graph.initializer('w1499')?.toFloat32());
});

test('a file that is replaced is replaced as a whole, and one that cannot be written leaves nothing behind', async () => {
  const path = join(folder, 'out.onnx');
  writeFileSync(path, 'old');
  await writeModelFile(residualModel(), path);
  expect(decodeModel(readFileSync(path)).graph.nodes).toHaveLength(5);
  mkdirSync(join(folder, 'taken'));
  await expect(writeModelFile(residualModel(), join(folder, 'taken'))).rejects.toMatchObject({ code: 'file-unusable' });
  await expect(writeModelFile(residualModel(), join(folder, 'no', 'where.onnx'))).rejects.toMatchObject({
    code: 'file-unusable',
  });
  expect(readdirSync(folder).toSorted()).toEqual(['out.onnx', 'taken']);
});

test('a file that is not there is named in the error', async () => {
  await expect(readModelFile(join(folder, 'absent.onnx'))).rejects.toMatchObject({
    code: 'file-unusable',
    message: expect.stringContaining('absent.onnx'),
  });
});

test('a model beyond 2 GiB is refused, read or written, without being held in memory', async () => {
  const path = join(folder, 'huge.onnx');
  writeFileSync(path, '');
  truncateSync(path, 2 ** 31 + 1); // sparse: takes no room on disk
  await expect(readModelFile(path)).rejects.toMatchObject({ code: 'model-too-large' });
  const shared = new Uint8Array(2 ** 29);
  const g = new GraphBuilder('huge');
  for (const name of ['a', 'b', 'c', 'd'])
    g.initializer(name, { elementType: 'uint8', dims: [shared.length], raw: shared });
  const model = g.output(g.node('Sum', ['a', 'b', 'c', 'd'], {}, { name: 'sum' })).build();
  await expect(writeModelFile(model, join(folder, 'out.onnx'))).rejects.toMatchObject({ code: 'model-too-large' });
});

test('external data is read from the range that the model names, or from the whole file', async () => {
  writeFloats('w.bin', 1, 2, 3, 4, 5, 6);
  expect(await weightOf(externalModel({ location: 'w.bin', offset: '8', length: '16' }))).toEqual([3, 4, 5, 6]);
  expect(await weightOf(externalModel({ location: 'w.bin', offset: '8' }))).toEqual([3, 4, 5, 6]);
  mkdirSync(join(folder, 'sub'));
  writeFloats('sub/w.bin', 4, 3, 2, 1);
  expect(await weightOf(externalModel({ location: 'sub/w.bin' }))).toEqual([4, 3, 2, 1]);
  expect(await weightOf(externalModel({ location: './sub/w.bin' }))).toEqual([4, 3, 2, 1]);
});

test('external data is not touched before it is asked for', async () => {
  const model = await readModelFile(externalModel({ location: 'absent.bin' }));
  expect(model.graph.initializer('w')).toMatchObject({ isExternal: true, elementCount: 4 });
  expect(() => model.graph.initializer('w')?.rawBytes()).toThrow(
    expect.objectContaining({ code: 'external-data-missing', message: expect.stringContaining('absent.bin') }),
  );
});

test('a model without a folder says that its data is elsewhere, and what to do', () => {
  const bytes = readFileSync(externalModel({ location: 'w.bin' }));
  expect(() => decodeModel(bytes).graph.initializer('w')?.rawBytes()).toThrow(
    expect.objectContaining({ code: 'external-data-missing', hint: expect.stringContaining('inline') }),
  );
});

test.each<[string, Record<string, string>]>([
  ['an offset beyond the file', { location: 'w.bin', offset: '1000' }],
  ['a length beyond the file', { location: 'w.bin', offset: '12', length: '16' }],
  ['more than the tensor takes, when no length is given', { location: 'w.bin' }],
])('%s is refused when the data is read', async (_, entries) => {
  writeFloats('w.bin', 1, 2, 3, 4, 5);
  await expect(weightOf(externalModel(entries))).rejects.toMatchObject({ code: 'external-data-missing' });
});

test.each<[string, Record<string, string>]>([
  ['a negative offset', { location: 'w.bin', offset: '-4' }],
  ['an offset that is no number', { location: 'w.bin', offset: '0x10' }],
  ['an offset beyond exact numbers', { location: 'w.bin', offset: '9007199254740993' }],
  ['a length that is not the tensor’s', { location: 'w.bin', length: '12' }],
])('%s is refused when the model is read', async (_, entries) => {
  writeFloats('w.bin', 1, 2, 3, 4);
  await expect(readModelFile(externalModel(entries))).rejects.toMatchObject({ code: 'tensor-invalid' });
});

test('a huge tensor over a small file is refused without reserving its size', async () => {
  writeFloats('w.bin', 1);
  const path = externalModel({ location: 'w.bin' });
  const model = await readModelFile(path);
  const weight = model.proto.graph?.initializer[0];
  if (weight) weight.dims = [2n ** 40n];
  const bytes = fileOf(model.proto);
  expect(() => decodeModel(bytes, { baseDir: folder }).graph.initializer('w')?.rawBytes()).toThrow(
    expect.objectContaining({ code: 'external-data-missing' }),
  );
});

test('links that lead out of the folder are not followed: a file, a folder, a link to a link', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'onnx-outside-'));
  try {
    writeFileSync(join(outside, 'secret'), new Uint8Array(16));
    symlinkSync(join(outside, 'secret'), join(folder, 'file'));
    symlinkSync(outside, join(folder, 'dir'));
    symlinkSync(join(folder, 'file'), join(folder, 'twice'));
    symlinkSync('..', join(folder, 'up'));
    const inUp = `up/${outside.split('/').at(-1)}/secret`;
    for (const location of ['file', 'dir/secret', 'twice', inUp]) {
      await expect(weightOf(externalModel({ location }))).rejects.toMatchObject({ code: 'external-data-escapes' });
    }
  } finally {
    rmSync(outside, { recursive: true, force: true });
  }
});

test('a link that stays in the folder is followed', async () => {
  writeFloats('w.bin', 1, 2, 3, 4);
  symlinkSync('w.bin', join(folder, 'alias'));
  expect(await weightOf(externalModel({ location: 'alias' }))).toEqual([1, 2, 3, 4]);
});

test('a folder, a device or a pipe is not data', async () => {
  mkdirSync(join(folder, 'dir'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  for (const location of ['dir', 'pipe', '.']) {
    await expect(weightOf(externalModel({ location }))).rejects.toMatchObject({
      code: expect.stringMatching(/^external-data-(missing|escapes)$/),
    });
  }
});

test('an inlined model is complete in one file and computes the same', async () => {
  writeFloats('w.bin', 1, 2, 3, 4);
  const path = externalModel({ location: 'w.bin' });
  const inlined = await inlineExternalData(await readModelFile(path));
  expect(inlined.graph.initializer('w')?.isExternal).toBe(false);
  const x = randomTensor([4]);
  expect(await runModel(inlined, { x })).toEqual(await runModel(path, { x }));
});

test('external data that would not fit into one file is refused before it is read', async () => {
  const model = await readModelFile(externalModel({ location: 'w.bin' }));
  const weight = model.proto.graph?.initializer[0];
  if (weight) weight.dims = [2n ** 29n + 1n];
  await expect(inlineExternalData(model)).rejects.toMatchObject({ code: 'model-too-large' });
});

test('a model without external data is inlined already', async () => {
  const model: OnnxModel = residualModel();
  expect(await inlineExternalData(model)).toBe(model);
});

test('a model with external data is written beside its data, and nowhere else', async () => {
  writeFloats('w.bin', 1, 2, 3, 4);
  const model = await readModelFile(externalModel({ location: 'w.bin' }));
  await writeModelFile(model, join(folder, 'copy.onnx'));
  expect(await weightOf(join(folder, 'copy.onnx'))).toEqual([1, 2, 3, 4]);
  mkdirSync(join(folder, 'elsewhere'));
  await expect(writeModelFile(model, join(folder, 'elsewhere', 'copy.onnx'))).rejects.toMatchObject({
    code: 'external-data-missing',
    hint: expect.stringContaining('inline'),
  });
});
