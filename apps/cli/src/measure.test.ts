import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphBuilder, writeModelFile } from '@espalier/onnx';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { exitCodes } from './errors.js';
import { npyOfZeros } from './testing/npy.js';
import { espalier, words } from './testing/run-cli.js';
import { looksWellFormed } from './testing/xml.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espalier-measure-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Short enough for a busy machine; what is tested is not how fast anything is. */
const quick = words('--precision 0.3 --max-seconds 2 --min-runs 5 --max-runs 60 --processes 1');

test('several models are measured in the same rounds, and told apart where they are really different', async () => {
  const svg = join(folder, 'all.svg');
  const csv = join(folder, 'all.csv');
  const { exitCode, stdout } = await espalier(
    ...words('measure resnet56 resnet20 resnet56 --json'),
    ...quick,
    '--svg',
    svg,
    '--csv',
    csv,
  );
  expect(exitCode).toBe(exitCodes.ok);
  const { models, artifacts, pairs, ranks, atMs } = JSON.parse(stdout);
  expect(models).toEqual(['resnet56', 'resnet20', 'resnet56 (2)']);
  expect(ranks[1]).toBe(1);
  expect(pairs).toHaveLength(3);
  for (const { ci, simultaneousCi } of pairs) {
    expect(simultaneousCi[0]).toBeLessThanOrEqual(ci[0]);
    expect(simultaneousCi[1]).toBeGreaterThanOrEqual(ci[1]);
  }
  for (const { samplesMs } of artifacts) expect(samplesMs).toHaveLength(atMs.length);
  const drawing = await readFile(svg, 'utf8');
  expect(looksWellFormed(drawing)).toBe(true);
  for (const name of models) expect(drawing).toContain(name);
  expect(drawing).toContain('latency, ms');
  const [heading, ...rows] = (await readFile(csv, 'utf8')).trimEnd().split('\n');
  expect(heading).toMatch(/^model,batch,threads,/);
  expect(rows.map((row) => row.split(',')[0])).toEqual(models);
  for (const row of rows) expect(row.split(',')).toHaveLength(heading?.split(',').length ?? 0);
});

test('a comparison for people goes from fast to slow and says which pairs differ', async () => {
  const { exitCode, stdout } = await espalier('measure', 'resnet56', 'resnet20', ...quick);
  expect(exitCode).toBe(exitCodes.ok);
  const rows = stdout.split('\n');
  const placeOf = (pattern: RegExp): number => rows.findIndex((row) => pattern.test(row));
  expect(placeOf(/^ +1 +resnet20 /)).toBeGreaterThan(0);
  expect(placeOf(/^ +\d +resnet56 /)).toBeGreaterThan(placeOf(/^ +1 +resnet20 /));
  expect(stdout).toMatch(/resnet56 +: resnet20 +[\d.]+× \[[\d.]+, [\d.]+\] +(slower|not told apart)/);
  expect(stdout).toMatch(/device .*onnxruntime/);
});

test('a sweep measures every combination, batch first, as text, CSV and JSON', async () => {
  const sweep = ['measure', 'resnet20', '--batch', '1,3', '--threads', '1,2', ...quick];
  const { stdout: csv } = await espalier(...sweep, '--format', 'csv');
  const combinations = [
    ['1', '1'],
    ['1', '2'],
    ['3', '1'],
    ['3', '2'],
  ];
  const rows = csv.trimEnd().split('\n').slice(1);
  expect(rows.map((row) => row.split(',').slice(1, 3))).toEqual(combinations);
  const { stdout: text } = await espalier(...sweep);
  expect(text).toContain('samples/s');
  for (const [batch, threads] of combinations)
    expect(text).toMatch(new RegExp(`^ +${batch} +${threads}  resnet20`, 'm'));
  const { stdout: json } = await espalier(...sweep, '--json');
  const outcomes: { batch: number; threads: number; result: { inputs: unknown } }[] = JSON.parse(json);
  expect(outcomes.map(({ batch, threads }) => [String(batch), String(threads)])).toEqual(combinations);
  expect(outcomes[3]?.result.inputs).toEqual({ input: [3, 3, 32, 32] });
});

test('a combination that cannot be measured does not cost the others', async () => {
  const model = join(folder, 'fixed.onnx');
  const graph = new GraphBuilder('fixed');
  const x = graph.input('x', 'float32', [1, 4]);
  await writeModelFile(graph.output(graph.relu('relu', x), { as: 'y' }).build(), model);
  const { exitCode, stdout, stderr } = await espalier('measure', model, '--batch', '1,2', ...quick);
  expect(exitCode).toBe(exitCodes.failed);
  expect(stdout).toMatch(/^ +1 +1 +fixed/m);
  expect(stderr).toMatch(/batch 2, 1 thread: .*inputs are fixed.*input-unresolved/);
  expect(stderr).toContain('hint:');
});

test('one model is described with both levels of its spread, its start, its memory and the device', async () => {
  const { exitCode, stdout } = await espalier(
    'measure',
    'resnet20',
    ...quick,
    ...words('--processes 2 --max-seconds 60'),
  );
  expect(exitCode).toBe(exitCodes.ok);
  expect(stdout).toMatch(/model +p50 \[95 % interval\] +p90 +p99 +runs +load +first run +size/);
  expect(stdout).toMatch(/processes +2 fresh ones, p50 from/);
  expect(stdout).toMatch(/memory +peak [\d.]+ MB/);
  expect(stdout).toMatch(/inputs +input 1×3×32×32/);
  expect(stdout).toMatch(/reached +±/);
});

test('every option of the spec reaches the measurement, which runs with all of them at once', async () => {
  const data = join(folder, 'image.npy');
  await writeFile(data, npyOfZeros([2, 3, 32, 32]));
  const { exitCode, stdout, stderr } = await espalier(
    ...words('measure resnet20 --json'),
    ...quick,
    ...words('--batch 2 --seed 7 --threads 2 --inter-op-threads 2 --execution-mode parallel --optimization basic'),
    ...words('--no-spinning --no-arena --no-memory-pattern --statistic mean --pacing idle:1ms --repeat-if-unstable 1'),
    '--input-data',
    data,
  );
  expect(stderr).not.toContain('error:');
  expect(exitCode).toBe(exitCodes.ok);
  const { subject, inputs } = JSON.parse(stdout);
  expect(inputs).toEqual({ input: [2, 3, 32, 32] });
  expect(subject.meanCi[0]).toBeLessThanOrEqual(subject.meanMs);
});

test('a measurement that did not converge says so and is no failure', async () => {
  const { exitCode, stdout } = await espalier(
    ...words('measure resnet20 --precision 0.0005 --max-seconds 0.5 --max-runs 20'),
  );
  expect(exitCode).toBe(exitCodes.ok);
  expect(stdout).toContain('not converged');
  expect(stdout).toContain('warning: the precision was not reached; give it longer (--max-seconds)');
});

test.each([
  [['--pacing', 'often'], 'rate:20/s'],
  [['--batch', '1,x'], 'from 1 to 65536'],
  [['--threads', '-1'], 'from 0 to 1024'],
  [['--affinity', 'first'], '0-3,6'],
  [['--provider-option', 'device'], 'deviceId=0'],
  [['--processes', '0'], 'auto'],
  [['--format', 'yaml'], 'text, json, csv'],
  [['--statistic', 'p42'], 'p50, p90, p95, p99, mean'],
  [['--min-runs', '50', '--max-runs', '10'], 'option-invalid'],
  [['--svg', '/nonexistent/a.svg'], 'output-not-writable'],
  [['--input-data', '/nonexistent/a.npz'], 'input-data-invalid'],
  [['resnet56', '--control', 'resnet20'], '--control goes with one model'],
])('%j is refused with what to do instead', async (args, advice) => {
  const { exitCode, stdout, stderr } = await espalier('measure', 'resnet20', ...args);
  expect(exitCode).not.toBe(exitCodes.ok);
  expect(stdout).toBe('');
  expect(stderr).toContain(advice);
  expect(stderr).not.toMatch(/^\s+at /m);
});
