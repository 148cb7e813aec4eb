import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runOnce } from '@espalier/measure';
import { exitCodes } from './errors.js';
import { espalier } from './testing/run-cli.js';

let folder: string;
let model: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espalier-cli-'));
  model = join(folder, 'resnet20.onnx');
  await espalier('zoo', 'resnet20', '-o', model);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('inspect lists the blocks in the order of the data, with the reason of those that must stay', async () => {
  const { exitCode, stdout } = await espalier('inspect', model, '--json');
  expect(exitCode).toBe(0);
  const { model: facts, blocks } = JSON.parse(stdout);
  expect(facts).toMatchObject({ parameters: 269_722, macs: 40_551_040, opset: 17 });
  expect(facts.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(facts.inputs).toMatchObject([{ name: 'input', elementType: 'float32', dims: ['batch', 3, 32, 32] }]);
  expect(blocks).toHaveLength(9);
  expect(blocks.filter((block: { removable: boolean }) => block.removable)).toHaveLength(7);
  expect(blocks[3]).toMatchObject({
    index: 3,
    name: 'layer2.0',
    removable: false,
    reason: 'shape 16×32×32 → 32×16×16',
    input: { shape: [1, 16, 32, 32] },
    output: { shape: [1, 32, 16, 16] },
  });
});

test('inspect takes a model of the zoo by its name, and prints a table for people', async () => {
  const { exitCode, stdout } = await espalier('inspect', 'resnet20');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('9 blocks, 7 removable');
  expect(stdout).toMatch(/layer3\.2 .* yes/);
});

test('prune writes a model that runs, smaller, and says where it came from', async () => {
  const pruned = join(folder, 'pruned.onnx');
  const { exitCode, stdout } = await espalier('prune', model, '--remove', '1,4-5', '-o', pruned, '--json');
  expect(exitCode).toBe(0);
  const report = JSON.parse(stdout);
  expect(report.removed.map(({ name }: { name: string }) => name)).toEqual(['layer1.1', 'layer2.1', 'layer2.2']);
  expect(report.parameters).toBeLessThan(269_722);
  const image = {
    elementType: 'float32' as const,
    dims: [2, 3, 32, 32],
    data: new Float32Array(2 * 3 * 32 * 32).fill(0.5),
  };
  const outputs = await runOnce(pruned, { input: image });
  expect(outputs['logits']?.dims).toEqual([2, 10]);
  expect((await readFile(pruned)).includes(Buffer.from('espalier.base_sha256'))).toBe(true);
});

test('score ranks every block', async () => {
  const { stdout } = await espalier('score', model, '--criterion', 'l1', '--json');
  const { criterion, scores } = JSON.parse(stdout);
  expect(criterion).toBe('l1');
  expect(scores).toHaveLength(9);
  for (const { importance } of scores) expect(importance).toBeGreaterThan(0);
});

test('measure compares a model with a control, and its JSON has every sample', async () => {
  const { exitCode, stdout } = await espalier(
    'measure',
    model,
    '--control',
    'resnet20',
    '--precision',
    '0.3',
    '--max-seconds',
    '3',
    '--json',
  );
  expect(exitCode).toBe(0);
  const { subject, control, ratio, environment, warnings } = JSON.parse(stdout);
  for (const latency of [subject, control]) {
    expect(latency.p50Ci[0]).toBeLessThanOrEqual(latency.p50Ms);
    expect(latency.p50Ci[1]).toBeGreaterThanOrEqual(latency.p50Ms);
    expect(latency.p99Ms).toBeGreaterThanOrEqual(latency.p90Ms);
    expect(latency.samplesMs).toHaveLength(latency.n);
  }
  expect(ratio.ci[0]).toBeLessThanOrEqual(ratio.p50);
  expect(ratio.ci[1]).toBeGreaterThanOrEqual(ratio.p50);
  expect(environment.provider).toBe('cpu');
  expect(Array.isArray(warnings)).toBe(true);
});

test.each([
  [['inspect', 'nosuch.onnx'], 'model-not-found', 'models of the zoo'],
  [['inspect', 'resnet20', '--granularity', 'atom'], 'atom', 'block, layer'],
  [['prune', 'resnet20', '--remove', '3', '-o', 'x.onnx'], 'block-not-removable', 'shape 16×32×32 → 32×16×16'],
  [['prune', 'resnet20', '--remove', '99', '-o', 'x.onnx'], 'block-unknown', 'blocks 0 to 8'],
  [['prune', 'resnet20', '--remove', '1', '-o', '/nonexistent/x.onnx'], 'output-not-writable', '/nonexistent'],
  [['score', 'resnet20', '--criterion', 'beauty'], 'beauty', 'espalier criteria'],
  [['measure', 'resnet20', '--provider', 'abacus'], 'provider-unavailable', 'abacus'],
  [['plan', 'resnet20', '--budget', 'soon'], 'contract-violated', '0.7x'],
])('%j fails with %s and says what to do', async (args, code, advice) => {
  const { exitCode, stdout, stderr } = await espalier(...args);
  expect(exitCode).not.toBe(exitCodes.ok);
  expect(stdout).toBe('');
  expect(stderr).toContain(code);
  expect(stderr).toContain(advice);
  expect(stderr).not.toMatch(/^\s+at /m); // no stack trace
});

test('a text file and a truncated model are told apart from a model', async () => {
  const text = join(folder, 'readme.onnx');
  await writeFile(text, '# not a model\n');
  expect(await espalier('inspect', text)).toMatchObject({
    exitCode: exitCodes.badInput,
    stderr: expect.stringContaining('not-onnx'),
  });
  const cut = join(folder, 'cut.onnx');
  await writeFile(cut, (await readFile(model)).subarray(0, 100_000));
  expect(await espalier('inspect', cut)).toMatchObject({
    exitCode: exitCodes.badInput,
    stderr: expect.stringContaining('truncated'),
  });
});
