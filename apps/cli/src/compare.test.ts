import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runOnce } from '@espalier/measure';
import { GraphBuilder, writeModelFile } from '@espalier/onnx';
import type { Comparison, ComparisonPoint } from '@espalier/contracts';
import { exitCodes } from './errors.js';
import { prepareService, type RealService } from './testing/real-service.js';
import { espalier } from './testing/run-cli.js';
import { looksWellFormed } from './testing/xml.js';

/** A busy machine measures for long. */
const PATIENCE_MS = 150_000;

let service: RealService;

beforeAll(async () => {
  service = await prepareService();
  await service.start('api');
});
afterAll(() => service.close());

/** A residual network of two blocks that may go, and filters that may go in and between them. */
async function writeNetwork(): Promise<string> {
  const graph = new GraphBuilder('net');
  let tensor = graph.relu(
    'stem.relu',
    graph.conv('stem', graph.input('input', 'float32', ['batch', 3, 24, 24]), { out: 32 }),
  );
  for (const block of ['b0', 'b1']) {
    const inner = graph.relu(`${block}.relu1`, graph.conv(`${block}.conv1`, tensor, { out: 32 }));
    const branch = graph.conv(`${block}.conv2`, inner, { out: 32 });
    tensor = graph.relu(`${block}.relu2`, graph.add(`${block}.add`, branch, tensor));
  }
  const head = graph.flatten('flatten', graph.globalAveragePool('pool', tensor));
  graph.output(graph.gemm('fc', head, { in: 32, out: 4 }), { as: 'logits' });
  const path = join(service.folder, 'net.onnx');
  await writeModelFile(graph.build(), path);
  return path;
}

/** The comparison that the command asked for, once something of it was measured. */
async function untilSomeIsMeasured(): Promise<Comparison> {
  for (;;) {
    const [comparison] = (await service.client.comparisons.list()).items;
    if (comparison !== undefined && comparison.progress.done >= 2) return comparison;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const upper = (point: ComparisonPoint | null): number => point?.measured?.ci[1] ?? Number.NaN;
const image = { elementType: 'float32' as const, dims: [1, 3, 24, 24], data: new Float32Array(3 * 24 * 24).fill(0.5) };

test(
  'compare finds the best of both ways under a budget though the planner dies, and writes them with a plot',
  async () => {
    const path = await writeNetwork();
    const out = join(service.folder, 'out');
    const planner = await service.start('planner');
    await service.start('agent');
    const args = [
      '--budget',
      '0.8x',
      '--points',
      '2',
      '--multiple-of',
      '16',
      '--precision',
      '0.5',
      '--server',
      service.apiUrl,
    ];
    const running = espalier('compare', path, ...args, '--out', out, '--json');
    const { id } = await untilSomeIsMeasured();
    await service.kill(planner);
    await service.start('planner');
    const { exitCode, stdout, stderr } = await running;
    expect(stderr).toContain(`comparison ${id}`);
    expect(exitCode).toBe(exitCodes.ok);
    const { comparison, files }: { comparison: Comparison; files: Record<string, string> } = JSON.parse(stdout);
    expect(comparison).toMatchObject({
      id,
      status: 'finished',
      message: expect.stringMatching(/^At ≤ .* ms layers keep/),
    });

    const { base, budget, layers, filters, points } = comparison;
    expect(budget.limitMs).toBeCloseTo(0.8 * (base?.p50Ms ?? 0), 9);
    for (const { best, floor } of [layers, filters]) {
      expect(upper(best)).toBeLessThanOrEqual(budget.limitMs ?? 0);
      expect(floor?.p50Ms).toBeLessThanOrEqual(best?.measured?.p50Ms ?? 0);
    }
    expect(layers.best?.recipe?.remove).toHaveLength(layers.best?.removed ?? 0);
    expect(points.filter(({ method }) => method === 'layers').at(-1)).toMatchObject({ removed: 2, keptImportance: 0 });
    expect(points.filter(({ method }) => method === 'filters').at(-1)?.prunedShare).toBeGreaterThan(0.5);

    for (const method of ['layers', 'filters'] as const) {
      const outputs = await runOnce(files[method] ?? '', { input: image });
      expect(outputs['logits']?.dims).toEqual([1, 4]);
    }
    const plot = await readFile(files['plot'] ?? '', 'utf8');
    expect(looksWellFormed(plot)).toBe(true);
    expect(plot).toContain('Prune layers or filters of net?');

    const identities: string[] = [];
    for await (const { subject, control, status } of service.client.measurements.each()) {
      expect(status).toBe('succeeded');
      identities.push(`${subject}/${control}`);
    }
    expect(new Set(identities).size).toBe(identities.length);
    expect(identities).toHaveLength(points.length + 1);
  },
  PATIENCE_MS,
);

test('the same comparison again measures nothing anew, and below both floors it says so', async () => {
  const path = join(service.folder, 'net.onnx');
  const before = (await service.client.measurements.list({ limit: 100 })).items.length;
  const args = ['--points', '2', '--multiple-of', '16', '--precision', '0.5', '--server', service.apiUrl];
  const { exitCode, stdout, stderr } = await espalier('compare', path, '--budget', '0.001x', ...args);
  expect(exitCode).toBe(exitCodes.infeasible);
  expect(stdout).toMatch(/there is nothing, whether layers or filters are pruned; layers reach .* at the lowest/);
  expect(stderr).toContain('budget-not-met');
  expect((await service.client.measurements.list({ limit: 100 })).items).toHaveLength(before);
});

test.each([
  [['compare', 'resnet20', '--budget', 'soon'], 'contract-violated', '0.7x'],
  [['compare', 'resnet20', '--budget', '0.7x', '--points', '1'], 'points', 'from 2 to 100'],
  [['compare', 'resnet20', '--budget', '0.7x', '--out', '/dev/null/none'], 'output-not-writable', '--out'],
])('%j fails with %s and says what to do', async (args, code, advice) => {
  const { exitCode, stderr } = await espalier(...args);
  expect(exitCode).not.toBe(exitCodes.ok);
  expect(stderr).toContain(code);
  expect(stderr).toContain(advice);
});
