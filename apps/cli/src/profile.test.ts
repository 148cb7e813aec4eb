import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ProfileResult, parserOf } from '@espalier/contracts';
import { exitCodes } from './errors.js';
import { npyOfZeros } from './testing/npy.js';
import { espalier, words } from './testing/run-cli.js';
import { looksWellFormed } from './testing/xml.js';

const parseProfile = parserOf('ProfileResult', ProfileResult);
const quick = words('--min-runs 5 --max-runs 40 --max-seconds 2');

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espalier-profile-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the parts of a profile make the whole run: blocks, the rest, the runtime and what is unexplained', async () => {
  const { exitCode, stdout } = await espalier('profile', 'resnet20', ...quick, '--json');
  expect(exitCode).toBe(exitCodes.ok);
  const { blocks, rest, runtime, unexplained, kernels } = parseProfile(JSON.parse(stdout));
  expect(blocks).toHaveLength(9);
  for (const { share, kernels: count } of blocks ?? []) {
    expect(share).toBeGreaterThan(0);
    expect(count).toBeGreaterThan(0);
  }
  const inBlocks = (blocks ?? []).reduce((sum, { share }) => sum + share, 0);
  expect(inBlocks + rest.share + runtime.share + unexplained).toBeCloseTo(1, 9);
  expect(kernels.find(({ opType }) => opType === 'Gemm')?.nodes).not.toEqual([]);
});

test('a profile for people has a bar a block and says that its times are no latencies', async () => {
  const svg = join(folder, 'profile.svg');
  const data = join(folder, 'image.npy');
  await writeFile(data, npyOfZeros([3, 3, 32, 32]));
  const { exitCode, stdout } = await espalier(
    ...words('profile resnet20 --granularity layer --top 3 --batch 3 --svg'),
    svg,
    '--input-data',
    data,
    ...quick,
  );
  expect(exitCode).toBe(exitCodes.ok);
  expect(stdout).toMatch(/layer1\.0\S* +\d+\.\d % +█/);
  expect(stdout).toMatch(/the whole run +100\.0 %/);
  expect(stdout).toMatch(/profiler .*(times as long|nothing that shows)/);
  expect(stdout).toContain('no latencies');
  expect(stdout).toMatch(/inputs +input 3×3×32×32/);
  const drawing = await readFile(svg, 'utf8');
  expect(looksWellFormed(drawing)).toBe(true);
  expect(drawing).toContain('share of the run, %');
});

test('a profile is of one combination', async () => {
  const { exitCode, stderr } = await espalier('profile', 'resnet20', '--batch', '1,2');
  expect(exitCode).toBe(exitCodes.badInput);
  expect(stderr).toContain('once for each');
});

test('agent --detect tells of every target whether this machine can serve it, and why not', async () => {
  const { exitCode, stdout } = await espalier('agent', '--detect', '--json');
  expect(exitCode).toBe(exitCodes.ok);
  const found: { name: string; available: boolean; reason?: string }[] = JSON.parse(stdout);
  expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(['x86-cpu', 'arm64-cpu', 'cuda', 'webgpu']));
  for (const { available, reason } of found) expect(available).toBe(reason === undefined);
  expect(found.some(({ available }) => available)).toBe(true);
});

test('agent --detect can be asked about some targets, and knows which there are', async () => {
  const { stdout } = await espalier('agent', '--detect', '--target', 'coreml', 'dml');
  expect(stdout).toMatch(/target +provider +can serve +why not/);
  expect(stdout.trimEnd().split('\n')).toHaveLength(3);
  const { exitCode, stderr } = await espalier('agent', '--detect', '--target', 'abacus');
  expect(exitCode).toBe(exitCodes.badInput);
  expect(stderr).toContain('x86-cpu');
});
