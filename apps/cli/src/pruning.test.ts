import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runOnce } from '@espalier/measure';
import { GraphBuilder, writeModelFile } from '@espalier/onnx';
import { openDataset } from '@espalier/scoring';
import sharp from 'sharp';
import { exitCodes } from './errors.js';
import { espalier } from './testing/run-cli.js';

let folder: string;
let model: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espalier-cli-'));
  model = join(folder, 'net.onnx');
  await writeModelFile(network(), model);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A convolution that widens from 8 to 24 channels, a residual block, and a head for three classes of 8×8 images. */
function network() {
  const graph = new GraphBuilder('net');
  const unit = (name: string, x: string, out: number): string =>
    graph.relu(`${name}.relu`, graph.conv(name, x, { out }));
  const wide = unit('wide', unit('stem', graph.input('image', 'float32', ['batch', 3, 8, 8]), 8), 24);
  const branch = graph.conv('block.conv2', unit('block.conv1', wide, 24), { out: 24 });
  const joined = graph.relu('block.relu', graph.add('block.add', branch, wide));
  const head = graph.flatten('flatten', graph.globalAveragePool('pool', joined));
  graph.output(graph.gemm('fc', head, { in: 24, out: 3 }), { as: 'logits' });
  return graph.build();
}

/** Folders of one-coloured images, a few for each class. */
async function writeImages(): Promise<string> {
  const images = join(folder, 'images');
  for (const [name, colour] of Object.entries({ zebra: '#336699', ant: '#ff0000', cow: '#00ff33' })) {
    await mkdir(join(images, name), { recursive: true });
    for (const [file, width] of Object.entries({ 'b.png': 20, 'a.jpg': 9, 'c.webp': 12 })) {
      const image = sharp({ create: { width, height: 16, channels: 4, background: colour } });
      await image.toFile(join(images, name, file));
    }
  }
  await writeFile(join(images, 'ant', 'notes.txt'), 'no image');
  return images;
}

const named = (list: { name: string }[], name: string) => list.find((each) => each.name === name);
const float = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getFloat32(4 * at, true);

test('folders of images become calibration data with labels by sorted name, and a model is scored on it', async () => {
  const out = join(folder, 'data.npz');
  const form = ['--size', '8', '--name', 'image', '--mean', '0.5,0.5,0', '--std', '0.5'];
  const made = await espalier('dataset', await writeImages(), '--out', out, ...form, '--json');
  expect(JSON.parse(made.stdout)).toMatchObject({
    samples: 9,
    classes: 3,
    input: { name: 'image', shape: [9, 3, 8, 8] },
  });
  expect(JSON.parse(await readFile(join(folder, 'data.classes.json'), 'utf8'))).toEqual(['ant', 'cow', 'zebra']);
  const dataset = await openDataset(out);
  expect([...(await dataset.labels([0, 3, 8]))]).toEqual([0, 1, 2]);
  const { bytes, dims } = await dataset.rows('image', [8]); // a .webp of #336699, compressed with loss
  await dataset.close();
  expect(dims).toEqual([1, 3, 8, 8]);
  for (const [channel, value] of [-0.6, -0.2, 1.2].entries())
    expect(float(bytes, channel * 64 + 17)).toBeCloseTo(value, 1);

  const spec = ['--samples', '8', '--batch', '4', '--probes', '2', '--json'];
  const scored = await espalier('score', model, '--criterion', 'gate-taylor', '--data', out, ...spec);
  expect(scored.stderr).not.toContain('error');
  const { criterion, scores, samples, loss } = JSON.parse(scored.stdout);
  expect([criterion, samples]).toEqual(['gate-taylor', 8]);
  expect(loss).toBeGreaterThan(0);
  expect(scores.some((score: { standardError?: number }) => (score.standardError ?? -1) >= 0)).toBe(true);
});

test('prune takes filters and blocks at once, keeps multiples, and says which weights it made anew', async () => {
  const pruned = join(folder, 'pruned.onnx');
  const { stdout: listed } = await espalier('inspect', model, '--granularity', 'layer', '--json', '--filters');
  const { blocks, filterGroups } = JSON.parse(listed);
  expect(named(filterGroups, 'wide')).toMatchObject({ filters: 24, prunable: true });
  expect(named(filterGroups, 'fc')).toMatchObject({ prunable: false, reason: expect.stringContaining('output') });
  const widening = blocks.find(({ reinitialises = [] }: { reinitialises?: string[] }) => reinitialises.length > 0);
  const how = [
    '--filters',
    '0.5',
    '--filter-criterion',
    'fpgm',
    '--multiple-of',
    '8',
    '--rates',
    'wide=0',
    '-o',
    pruned,
  ];
  const removal = ['--granularity', 'layer', '--remove', String(widening.index)];
  const { exitCode, stdout } = await espalier('prune', model, ...how, ...removal, '--json');
  expect(exitCode).toBe(exitCodes.ok);
  const report = JSON.parse(stdout);
  expect(report.removed).toEqual([{ index: widening.index, name: widening.name }]);
  expect(report.reinitialised.length).toBeGreaterThan(0);
  expect(named(report.filters.groups, 'block.conv1')).toMatchObject({ before: 24, after: 16 });
  expect(named(report.filters.groups, 'wide')).toBeUndefined();
  const image = { elementType: 'float32' as const, dims: [2, 3, 8, 8], data: new Float32Array(2 * 3 * 64).fill(0.5) };
  expect((await runOnce(pruned, { image }))['logits']?.dims).toEqual([2, 3]);
});

test('for people, prune tells what went and what to train', async () => {
  const told = ['--granularity', 'layer', '--remove', '0', '--filters', '0.25', '-o', join(folder, 'told.onnx')];
  const { stdout } = await espalier('prune', model, ...told);
  expect(stdout).toMatch(/^removed 0 stem$/m);
  expect(stdout).toMatch(/^removed \d+ of \d+ filters, from \d+ groups$/m);
  expect(stdout).toMatch(/^made anew .* of wide: 24×8×3×3 → 18×3×3×3; train it$/m);
});

test('every criterion is listed with what it needs', async () => {
  const { stdout } = await espalier('criteria', '--json');
  const listed = new Set(JSON.parse(stdout).map(({ of, name }: { of: string; name: string }) => `${of} ${name}`));
  for (const name of ['blocks l2', 'blocks gate-taylor', 'blocks ensemble', 'filters fpgm', 'filters clr-rnf']) {
    expect(listed).toContain(name);
  }
});

test.each([
  [['score', 'resnet20', '--criterion', 'gate-taylor'], 'option-invalid', '--data FILE.npz'],
  [['prune', 'resnet20', '-o', 'x.onnx'], 'option-invalid', '--filters 0.5'],
  [['prune', 'resnet20', '--rates', 'nosuch=0.5', '-o', 'x.onnx'], 'group-unknown', 'inspect'],
  [['dataset', '.', '--out', 'x.npz', '--std', '0'], 'option-invalid', 'above 0'],
])('%j fails with %s and says what to do', async (args, code, advice) => {
  const { exitCode, stdout, stderr } = await espalier(...args);
  expect(exitCode).toBe(exitCodes.badInput);
  expect(stdout).toBe('');
  expect(stderr).toContain(code);
  expect(stderr).toContain(advice);
});
