import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CanaryReading, parserOf } from '@espalier/contracts';
import { decodeModel } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import { measureCanary } from './measure-canary.js';
import { CANARY_NAME, canaryModel } from './reference-model.js';

const parseReading = parserOf('CanaryReading', CanaryReading);

const SCRIPT = `
  const { measureCanary } = await import(process.argv[1]);
  console.log(JSON.stringify(await measureCanary({ provider: 'cpu' })));
`;

/** Measures the canary in a process that has its temporary files in `folder`. */
async function measuredWithin(folder: string): Promise<CanaryReading['outcome']> {
  const module = fileURLToPath(new URL('measure-canary.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', SCRIPT, module], {
    env: { ...process.env, TMPDIR: folder },
  });
  return parseReading({ target: 'x86-cpu', at: '2026-01-01T00:00:00.000Z', outcome: JSON.parse(stdout) }).outcome;
}

test('the canary has the same bytes on every machine and in every version, or another name', () => {
  expect([CANARY_NAME, createHash('sha256').update(canaryModel()).digest('hex')]).toEqual([
    'canary-1',
    '73629f0f54f56f25a7bdbe2c942b5df532d836bb613a4dae72c1e3795d5fa83f',
  ]);
});

test('the canary is made of what most networks are made of', () => {
  const { proto } = decodeModel(canaryModel());
  const kinds = new Set(proto.graph?.node.map(({ opType }) => opType));
  expect([...kinds].toSorted()).toEqual(['Add', 'Conv', 'Flatten', 'Gemm', 'GlobalAveragePool', 'Relu']);
});

test('the canary of the CPU is measured with an interval around its median, and leaves nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'espalier-canary-test-'));
  const outcome = await measuredWithin(folder);
  expect((await readdir(folder)).filter((name) => name.startsWith('espalier-'))).toEqual([]);
  await rm(folder, { recursive: true });
  if (outcome.kind !== 'measured') throw new Error(outcome.message);
  const [lower, upper] = outcome.p50Ci;
  expect(lower).toBeGreaterThan(0);
  expect(lower).toBeLessThanOrEqual(outcome.p50Ms);
  expect(upper).toBeGreaterThanOrEqual(outcome.p50Ms);
  expect(outcome.runs).toBeGreaterThanOrEqual(2);
});

test('a canary beside which others keep the device busy says so', async () => {
  const burners = availableParallelism() * 2;
  const load = Array.from({ length: burners }, () => spawn(process.execPath, ['--eval', 'for (;;);']));
  try {
    await expect(measureCanary({ provider: 'cpu' })).resolves.toMatchObject({
      kind: 'measured',
      disturbedBy: expect.arrayContaining(['other-load']),
    });
  } finally {
    for (const burner of load) burner.kill('SIGKILL');
  }
});

test('a provider that is not there is a failed outcome, never the numbers of the CPU', async () => {
  await expect(measureCanary({ provider: 'coreml' })).resolves.toEqual({
    kind: 'failed',
    code: 'provider-unavailable',
    message: expect.stringContaining('coreml'),
  });
});

test('a canary that takes too much memory is a failed outcome with the code of the probe', async () => {
  await expect(measureCanary({ provider: 'cpu' }, { memoryLimitBytes: 40_000_000 })).resolves.toMatchObject({
    kind: 'failed',
    code: 'probe-out-of-memory',
  });
});

test('a canary that does not end in time is a failed outcome', async () => {
  await expect(measureCanary({ provider: 'cpu' }, { deadlineMs: 1 })).resolves.toMatchObject({
    kind: 'failed',
    code: 'probe-timeout',
  });
});

test('a device without a place to write fails its canary', async () => {
  const outcome = await measuredWithin(join(tmpdir(), 'espalier-no-such-folder'));
  expect(outcome).toMatchObject({ kind: 'failed', code: 'probe-crashed' });
});

test('cancelling is no outcome', async () => {
  await expect(measureCanary({ provider: 'cpu' }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'cancelled',
  });
  const later = AbortSignal.timeout(50);
  await expect(measureCanary({ provider: 'cpu' }, { signal: later })).rejects.toMatchObject({ code: 'cancelled' });
});
